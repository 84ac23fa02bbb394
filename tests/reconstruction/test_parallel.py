"""What belongs to the whole process is changed and given back once, however many threads want it changed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import cv2
import pytest

from jobs.reconstruction.parallel import NO_WARNINGS, ONE_THREAD, Shared, map_in_threads, parts_of


def test_a_shared_context_is_entered_by_the_first_holder_and_left_by_the_last() -> None:
    said: list[str] = []

    @contextmanager
    def context() -> Iterator[None]:
        said.append("in")
        yield
        said.append("out")

    shared = Shared(context)
    first, second = ExitStack(), ExitStack()
    first.enter_context(shared.held())
    second.enter_context(shared.held())
    first.close()
    assert said == ["in"]
    second.close()
    assert said == ["in", "out"]
    with shared.held():
        assert said == ["in", "out", "in"]


def test_warnings_come_back_after_the_last_reader_whichever_that_is() -> None:
    before = list(warnings.filters)
    first, second = ExitStack(), ExitStack()
    first.enter_context(NO_WARNINGS.held())
    second.enter_context(NO_WARNINGS.held())
    first.close()
    warnings.warn("not heard", UserWarning, stacklevel=1)
    second.close()
    assert list(warnings.filters) == before
    with pytest.warns(UserWarning, match="heard"):
        warnings.warn("heard", UserWarning, stacklevel=1)


def test_opencv_computes_in_the_calling_thread_meanwhile_and_errors_give_its_threads_back() -> None:
    before = cv2.getNumThreads()
    with ONE_THREAD.held():
        assert map_in_threads(lambda _: cv2.getNumThreads(), range(3)) == [1, 1, 1]
        assert cv2.getNumThreads() == 1
    assert cv2.getNumThreads() == before
    with pytest.raises(ZeroDivisionError):
        map_in_threads(lambda number: 1 / number, [1, 0])
    assert cv2.getNumThreads() == before


@pytest.mark.parametrize("count", [0, 1, 2, 7, 20])
def test_parts_cover_everything_once_and_are_two_at_least(count: int) -> None:
    parts = parts_of(count, most=6)
    assert [index for part in parts for index in range(count)[part]] == list(range(count))
    assert all(part.stop - part.start <= 6 for part in parts)
    assert len(parts) >= min(count, 2)
