"""Work on many pictures at once. OpenCV, Embree and numpy let other threads run while they compute."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
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
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            for done, result in enumerate(pool.map(work, waiting)):
                told(done, len(waiting))
                results.append(result)
    finally:
        cv2.setNumThreads(threads)
    return results
