"""Work on many pictures at once. OpenCV, Embree and numpy let other threads run while they compute."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeVar

import cv2

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_threads(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    told: Callable[[int, int], None] = lambda done, total: None,
) -> list[Result]:
    """`work` of each item, in order, with one thread per CPU that this process may use; the first error is raised.

    Each call computes in one thread, so results do not depend on how many there are.
    """
    waiting = list(items)
    results: list[Result] = []
    with ONE_THREAD.held(), ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for done, result in enumerate(pool.map(work, waiting)):
            told(done, len(waiting))
            results.append(result)
    return results


def parts_of(count: int, most: int) -> list[slice]:
    """Slices that cover so many items, of `most` at most each, and two at least; the same on every machine, for
    rounding may depend on what is computed together."""
    size = max(1, min(most, -(-count // 2)))
    return [slice(start, start + size) for start in range(0, count, size)]


class Shared:
    """A context of the whole process: entered by whoever holds it first, left by whoever holds it last."""

    def __init__(self, make: Callable[[], AbstractContextManager[object]]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._holders = 0
        self._context: AbstractContextManager[object] = nullcontext()

    @contextmanager
    def held(self) -> Iterator[None]:
        with self._lock:
            if self._holders == 0:
                self._context = self._make()
                self._context.__enter__()
            self._holders += 1
        try:
            yield
        finally:
            with self._lock:
                self._holders -= 1
                if self._holders == 0:
                    self._context.__exit__(None, None, None)


@contextmanager
def _opencv_in_one_thread() -> Iterator[None]:
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


@contextmanager
def _silence() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


ONE_THREAD = Shared(_opencv_in_one_thread)
NO_WARNINGS = Shared(_silence)
"""What a decoder thinks of a stranger's file is no business of the one who reads the log."""
