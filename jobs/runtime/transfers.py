"""Many files to or from a store: a bucket answers slowly, but answers many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

THREADS = 8
ItemT = TypeVar("ItemT")


def transfer_all(
    move: Callable[[ItemT], object], items: Iterable[ItemT], told: Callable[[int, int], None] | None = None
) -> None:
    """Call `move` for each item, several at once; `told` hears how many of how many are done.

    Raises: what the first `move` that fails raises; what has not begun by then never begins.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        moves = [pool.submit(move, item) for item in items]
        try:
            for done, finished in enumerate(as_completed(moves), start=1):
                finished.result()
                if told is not None:
                    told(done, len(moves))
        finally:
            pool.shutdown(cancel_futures=True)
