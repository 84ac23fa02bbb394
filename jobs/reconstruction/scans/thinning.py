"""Fewer frames, spread over the whole recording."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def thin(items: Sequence[Item], most: int) -> tuple[list[Item], tuple[str, ...]]:
    """At most so many of them, evenly spread, and a warning if that left some out."""
    if len(items) <= most:
        return list(items), ()
    chosen = [items[index * len(items) // most] for index in range(most)]
    return chosen, (f"{most} of {len(items):,} frames are used, evenly spread",)
