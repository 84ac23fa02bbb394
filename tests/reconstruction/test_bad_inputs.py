"""Bad input is refused by name, says what to do, and leaves nothing behind."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.reconstruction.bad_inputs import BadInputCase, find_cases
from tests.reconstruction.conftest import Bench

CASES = tuple(find_cases())
LONGEST_S = 60
"""Of one case on a busy machine: what takes longer hangs."""


@contextmanager
def ends_within(seconds: int) -> Iterator[None]:
    def give_up(number: int, frame: object) -> None:
        pytest.fail(f"still running after {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_bad_input_is_refused(case: BadInputCase, tmp_path: Path) -> None:
    bench, folder = Bench(tmp_path / "bench"), tmp_path / "input"
    folder.mkdir()
    request = case.make(folder, bench)
    with ends_within(LONGEST_S), pytest.raises(case.error) as caught:
        bench.run(request)
    assert type(caught.value) is case.error
    assert caught.value.exit_code == 65
    for pattern in case.says:
        assert re.search(pattern, str(caught.value)), f"no '{pattern}' in: {caught.value}"
    assert not list(bench.store.list("outputs/"))


def test_the_corpus_is_large_and_has_no_case_twice() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 60
