"""Tables of names, imported on use."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping

import pytest

from jobs.runtime.errors import UnknownName
from jobs.runtime.registry import PROBES, REQUESTS, RUNNERS, resolve
from jobs.runtime.store import SCHEMES


def test_every_job_has_a_request_a_runner_and_a_probe() -> None:
    assert set(REQUESTS) == set(RUNNERS) == set(PROBES)
    assert all(REQUESTS[job].job == job for job in REQUESTS)


@pytest.mark.parametrize("table", [RUNNERS, PROBES, SCHEMES])
def test_every_row_names_a_module_that_exists(table: Mapping[str, str]) -> None:
    missing = [row for row in table.values() if importlib.util.find_spec(row.partition(":")[0]) is None]
    assert missing == []


def test_a_row_is_imported_when_it_is_asked_for() -> None:
    sys.modules.pop("colorsys", None)
    table = {"colours": "colorsys:rgb_to_hsv"}
    assert "colorsys" not in sys.modules
    assert resolve("colour table", table, "colours")(0, 0, 0) == (0.0, 0.0, 0)
    assert "colorsys" in sys.modules


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownName, match=r"'exports'\. Known: assembly, episodes, export, .* Did you mean 'export'"):
        resolve("job", RUNNERS, "exports")
