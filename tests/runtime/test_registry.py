"""Tables of names, imported on use."""

from __future__ import annotations

import gc
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path

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


@pytest.mark.parametrize("collects", [True, False])
def test_the_collector_rests_while_a_row_is_imported_and_is_then_as_it_was(
    collects: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("resting", "breaking"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (tmp_path / "resting.py").write_text("import gc\ncollected = gc.isenabled()\n")
    (tmp_path / "breaking.py").write_text("raise RuntimeError('broken')\n")
    before = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        assert resolve("table", {"resting": "resting:collected"}, "resting") is False
        assert gc.isenabled() is collects
        with pytest.raises(RuntimeError, match="broken"):
            resolve("table", {"breaking": "breaking:nothing"}, "breaking")
        assert gc.isenabled() is collects
    finally:
        (gc.enable if before else gc.disable)()


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownName, match=r"'exports'\. Known: assembly, episodes, export, .* Did you mean 'export'"):
        resolve("job", RUNNERS, "exports")
