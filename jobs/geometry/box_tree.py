"""Boxes about triangles, two by two up to a single one: what is near is found without looking at everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from jobs.geometry.z_curve import z_curve_3d

_BLOCK = 1 << 18
"""Pairs looked at together: what bounds the memory."""
Pairs = NDArray[np.int64]
_Split = Callable[[Pairs], Pairs]
_Keep = Callable[[int, Pairs], NDArray[np.bool_]]


class BoxTree:
    """Source: Lauterbach et al. 2009, "Fast BVH construction on GPUs": triangles in the order of a Z-curve."""

    def __init__(self, corners: NDArray[np.float64]) -> None:
        """Args: corners: (m, 3, 3) of triangles, at least one."""
        self._order = np.argsort(z_curve_3d(corners.mean(axis=1)), kind="stable")
        count = 1 << int(np.ceil(np.log2(len(corners))))
        low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
        low[: len(corners)], high[: len(corners)] = corners.min(axis=1)[self._order], corners.max(axis=1)[self._order]
        levels = [(low, high)]
        while len(levels[-1][0]) > 1:
            low, high = levels[-1]
            levels.append((np.minimum(low[::2], low[1::2]), np.maximum(high[::2], high[1::2])))
        self._levels = levels[::-1]

    def find_overlapping(self) -> Iterator[Pairs]:
        """Pairs (k, 2) of different triangles whose boxes overlap, each pair once, in blocks."""
        for pairs in self._descend(np.zeros((1, 2), np.int64), _split_both, self._overlap):
            different = pairs[pairs[:, 0] != pairs[:, 1]]
            yield self._order[different]

    def find_within(self, points: NDArray[np.float64], reach: NDArray[np.float64]) -> Iterator[Pairs]:
        """Pairs (k, 2) of a point (n, 3) and a triangle whose box is no further from it than its reach (n,)."""

        def is_near(level: int, pairs: Pairs) -> NDArray[np.bool_]:
            low, high = self._levels[level]
            point, box = points[pairs[:, 0]], pairs[:, 1]
            gap = np.maximum(np.maximum(low[box] - point, point - high[box]), 0)
            return np.einsum("ij,ij->i", gap, gap) <= reach[pairs[:, 0]] ** 2

        return self._find_for(len(points), is_near)

    def find_above(self, points: NDArray[np.float64]) -> Iterator[Pairs]:
        """Pairs (k, 2) of a point (n, 3) and a triangle whose box is met by the ray from there along +z."""

        def is_above(level: int, pairs: Pairs) -> NDArray[np.bool_]:
            low, high = self._levels[level]
            point, box = points[pairs[:, 0]], pairs[:, 1]
            ahead = (point <= high[box]) & ((low[box] <= point) | (np.arange(3) == 2))
            return ahead.all(axis=1)

        return self._find_for(len(points), is_above)

    def _find_for(self, points: int, keep: _Keep) -> Iterator[Pairs]:
        start = np.stack([np.arange(points), np.zeros(points, np.int64)], axis=1)
        for pairs in self._descend(start, _split_second, keep):
            yield np.stack([pairs[:, 0], self._order[pairs[:, 1]]], axis=1)

    def _descend(self, start: Pairs, split: _Split, keep: _Keep) -> Iterator[Pairs]:
        """Pairs at the bottom, reached from the top through pairs that are all kept."""
        waiting = [(0, block) for block in _blocks(start)]
        while waiting:
            level, pairs = waiting.pop()
            pairs = pairs[keep(level, pairs)]
            if level + 1 == len(self._levels):
                yield pairs
            elif len(pairs):
                waiting += [(level + 1, block) for block in _blocks(split(pairs))]

    def _overlap(self, level: int, pairs: Pairs) -> NDArray[np.bool_]:
        low, high = self._levels[level]
        a, b = pairs.T
        meet = (low[a] <= high[b]) & (low[b] <= high[a])
        return meet[:, 0] & meet[:, 1] & meet[:, 2]


def _blocks(pairs: Pairs) -> list[Pairs]:
    return [pairs[start : start + _BLOCK] for start in range(0, len(pairs), _BLOCK)]


def _split_both(pairs: Pairs) -> Pairs:
    """Pairs of halves; of a box with itself, only one of the two ways round."""
    same = pairs[:, 0] == pairs[:, 1]
    first, second = 2 * pairs[:, 0], 2 * pairs[:, 1]
    halves = [np.stack([first + i, second + j], axis=1)[... if i <= j else ~same] for i in (0, 1) for j in (0, 1)]
    return np.concatenate(halves)


def _split_second(pairs: Pairs) -> Pairs:
    return np.concatenate([np.stack([pairs[:, 0], 2 * pairs[:, 1] + half], axis=1) for half in (0, 1)])
