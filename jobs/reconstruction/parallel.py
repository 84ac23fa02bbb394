"""Work on many pictures at once. OpenCV, Embree and numpy let other threads run while they compute."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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
    with _one_thread.held(), ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for done, result in enumerate(pool.map(work, waiting)):
            told(done, len(waiting))
            results.append(result)
    return results


class _OneThread:
    """OpenCV's own threads are off while anyone holds it: their number is one for the whole process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._threads = 1

    @contextmanager
    def held(self) -> Iterator[None]:
        with self._lock:
            if self._holders == 0:
                self._threads = cv2.getNumThreads()
                cv2.setNumThreads(1)
            self._holders += 1
        try:
            yield
        finally:
            with self._lock:
                self._holders -= 1
                if self._holders == 0:
                    cv2.setNumThreads(self._threads)


_one_thread = _OneThread()
