"""Colours of a surface between its vertices, as points: what a picture on it shows, whatever file it came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

SPREAD = 250_000
"""Points over one object; on a box of 0.1 m they lie half a millimetre apart."""
_PLASTIC = np.array([0.7548776662466927, 0.5698402909980532])
"""Source: Roberts 2018, "The Unreasonable Effectiveness of Quasirandom Sequences", the sequence R2."""


@dataclass(frozen=True)
class ColourPoints:
    """`points_m` (n, 3) [m]; `rgb` (n, 3) sRGB there."""

    points_m: NDArray[np.float64]
    rgb: NDArray[np.uint8]

    def save(self, path: Path) -> None:
        np.savez_compressed(path, points_m=self.points_m.astype(np.float32), rgb=self.rgb)

    @classmethod
    def load(cls, path: Path) -> Self:
        """What `save` wrote."""
        with np.load(path, allow_pickle=False) as data:
            return cls(data["points_m"].astype(np.float64), data["rgb"])


def spread_over_parts(
    corners_m: Sequence[NDArray[np.float64]],
) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """`SPREAD` points over all parts of one object, as `spread_over_faces` has them of each part."""
    face, weights = spread_over_faces(np.concatenate(corners_m), SPREAD)
    ends = np.searchsorted(face, np.cumsum([len(part) for part in corners_m]))
    starts = np.concatenate([[0], ends[:-1]])
    firsts = np.cumsum([0, *map(len, corners_m)])
    return [
        (face[start:end] - first, weights[start:end]) for start, end, first in zip(starts, ends, firsts, strict=False)
    ]


def spread_over_faces(corners_m: NDArray[np.float64], count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Evenly spread points, at least one on each face, nothing random: the face (n,) that each lies on, and the weights
    (n, 3) of its corners. `corners_m` (m, 3, 3); about `count` points, or m if that is more."""
    a, b, c = corners_m.transpose(1, 0, 2)
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    total = float(areas.sum())
    shares = areas / total if np.isfinite(total) and total > 0 else np.zeros(len(areas))
    each = np.maximum(1, np.floor(count * shares)).astype(np.int64)
    face = np.repeat(np.arange(len(corners_m)), each)
    within = np.arange(len(face)) - np.repeat(np.cumsum(each) - each, each)
    uv = np.mod(0.5 + (within[:, None] + 1) * _PLASTIC, 1.0)
    beyond = uv.sum(axis=1) > 1
    uv[beyond] = 1 - uv[beyond]
    return face, np.column_stack([1 - uv.sum(axis=1), uv])
