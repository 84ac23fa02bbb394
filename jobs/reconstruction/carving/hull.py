"""The visual hull as a continuous field, sampled coarse to fine.

Source: Laurentini 1994, "The visual hull concept for silhouette-based image understanding". The field is the distance
to the outline in the view that agrees least; where that is doubtful, in the one that agrees least but for a few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.carving.view import UNKNOWN, View
from jobs.reconstruction.parallel import map_in_threads, parts_of

_BLOCK = 4
_REPORTED_POINTS = 1 << 18
_CHUNK_POINTS = 1 << 16
"""Few calls on large arrays let other threads run."""
_ROUNDS = 6
"""The views are asked in, where a point may be settled before the last."""
Field = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True)
class Box:
    """Axis-aligned, in the world; corners (3,)."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def longest(self) -> float:
        return float((self.high - self.low).max())


@dataclass(frozen=True)
class Volume:
    """`values` (nx, ny, nz) of a field, sample (i, j, k) lies at `origin + spacing * (i, j, k)`."""

    values: NDArray[np.float32]
    origin: NDArray[np.float64]
    spacing: float

    @property
    def extent(self) -> float:
        """Of the longest side [world units]."""
        return (max(self.values.shape) - 1) * self.spacing


def hull_field(views: Sequence[View], doubters: int, floor: float = -np.inf) -> Field:
    """Signed distance to the hull [world units], positive inside.

    A point is carved by one view whose certain outline leaves it out, or by more than `doubters` whose outline does.
    How far below `floor` it is does not matter: once some views, from all around, agree on that, the rest is not asked.
    """
    rounds = [views[number::_ROUNDS] for number in range(_ROUNDS)] if np.isfinite(floor) else [views]

    def part(points: NDArray[np.float32]) -> NDArray[np.float32]:
        values, left = np.empty(len(points), np.float32), np.arange(len(points))
        least = np.full((doubters + 1, len(points)), UNKNOWN, np.float32)
        strict = np.full(len(points), UNKNOWN, np.float32)
        for some in rounds:
            for view in some:
                value, certain = view.clearance(points)
                np.minimum(strict, certain, out=strict)
                for rank in range(doubters + 1):
                    least[rank], value = np.minimum(least[rank], value), np.maximum(least[rank], value)
            values[left] = np.minimum(least[doubters], strict)
            above = values[left] > floor
            left, points, strict, least = left[above], points[above], strict[above], least[:, above]
            if not len(left):
                break
        return values

    def field(points: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.concatenate(map_in_threads(part, [points[some] for some in parts_of(len(points), _CHUNK_POINTS)]))

    return field


def sample_field(field: Field, box: Box, samples: int, told: Callable[[int, int], None]) -> Volume:
    """Sample with `samples` points along the longest side, exactly near the surface only.

    The field changes by at most one unit per unit of length, so a block whose centre is farther from the surface than
    its corners needs no finer look; it is filled with its centre's value.
    """
    spacing = box.longest / (samples - 1)
    blocks = np.ceil(((box.high - box.low) / spacing + 1) / _BLOCK).astype(int)
    corner = np.stack(np.meshgrid(*(np.arange(n) for n in blocks), indexing="ij"), axis=-1).reshape(-1, 3) * _BLOCK
    centre = _at(box.low, spacing, corner + (_BLOCK - 1) / 2)
    coarse = field(centre)
    near = np.flatnonzero(np.abs(coarse) < np.sqrt(3) * (_BLOCK / 2 + 1) * spacing)
    values = np.empty((len(corner), _BLOCK, _BLOCK, _BLOCK), np.float32)
    values[:] = coarse[:, None, None, None]
    inside = np.stack(np.meshgrid(*[np.arange(_BLOCK)] * 3, indexing="ij"), axis=-1).reshape(1, -1, 3)
    step = _REPORTED_POINTS // _BLOCK**3
    for start in range(0, len(near), step):
        told(start, len(near))
        some = near[start : start + step]
        points = _at(box.low, spacing, (corner[some][:, None] + inside).reshape(-1, 3))
        values[some] = field(points).reshape(-1, _BLOCK, _BLOCK, _BLOCK)
    whole = values.reshape(*blocks, _BLOCK, _BLOCK, _BLOCK).transpose(0, 3, 1, 4, 2, 5).reshape(*(blocks * _BLOCK))
    return Volume(np.ascontiguousarray(whole), box.low, spacing)


def _at(low: NDArray[np.float64], spacing: float, index: NDArray[np.number]) -> NDArray[np.float32]:
    return (low + spacing * index).astype(np.float32)
