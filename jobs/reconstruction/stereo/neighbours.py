"""Which photos a photo is matched against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.camera import Camera

_LEAST_DEG, _BEST_DEG, _MOST_DEG = 6.0, 18.0, 50.0
"""Angle between two views of the object: less tells no depth, more looks too different. Eight photos all round are 45
degrees apart, more or less."""
_SPREAD = 0.5
"""How much a neighbour counts for lying on another side than those that were already chosen."""


def find_neighbours(cameras: Sequence[Camera], centre: NDArray[np.float64], count: int) -> list[list[int]]:
    """For each camera up to `count` others, best first: at a good angle, and on different sides of it."""
    towards = np.stack([camera.position - centre for camera in cameras])
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    angles = np.degrees(np.arccos(np.clip(towards @ towards.T, -1, 1)))
    return [_choose(towards, angles[index], index, count) for index in range(len(cameras))]


def count_needed(neighbours: Sequence[int]) -> int:
    """So many of them must agree on a depth: a third, as the others may not see the place."""
    return max(1, -(-len(neighbours) // 3))


def _choose(towards: NDArray[np.float64], angles: NDArray[np.float64], index: int, count: int) -> list[int]:
    candidates = [other for other in np.flatnonzero((angles >= _LEAST_DEG) & (angles <= _MOST_DEG)) if other != index]
    sides = towards - towards[index]
    sides -= np.outer(sides @ towards[index], towards[index])
    sides /= np.maximum(np.linalg.norm(sides, axis=1, keepdims=True), 1e-9)
    misfit = np.abs(np.log(np.maximum(angles, 1e-9) / _BEST_DEG))
    chosen: list[int] = []
    while candidates and len(chosen) < count:
        costs = [misfit[other] + _SPREAD * _crowding(sides, int(other), chosen) for other in candidates]
        chosen.append(int(candidates.pop(int(np.argmin(costs)))))
    return chosen


def _crowding(sides: NDArray[np.float64], other: int, chosen: Sequence[int]) -> float:
    return max((float(sides[other] @ sides[one]) for one in chosen), default=0.0)
