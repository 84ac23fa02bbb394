"""Numbers as MJCF and URDF want them."""

from __future__ import annotations

from collections.abc import Iterable


def join_numbers(values: Iterable[float]) -> str:
    """With a space between; nothing is `-0`."""
    return " ".join(f"{value + 0.0:.12g}" for value in values)
