"""What of each piece is seen from outside, along the six directions that a thing is built along."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.geometry.inside import find_met
from jobs.reconstruction.parting.pieces import Pieces

_START = (0.4142, 0.7321)
"""Of a step; models like round numbers, and a ray along an edge would meet neither of its faces."""


@dataclass(frozen=True)
class View:
    """From the end `sign` of an axis: `first` (r,) piece that each ray meets, -1 for none; `met` (k, 2): every pair of
    a ray and a piece that it meets somewhere; one ray for each square of `step_m`."""

    axis: int
    sign: int
    first: NDArray[np.int64]
    met: NDArray[np.int64]
    step_m: float

    def shown(self, piece: int) -> float:
        """How much of its outline is before everything else."""
        meeting = self._meeting(piece)
        return int((self.first == piece).sum()) / meeting if meeting else 0.0

    def covers(self, piece: int) -> float:
        """Its outline, as part of the whole thing's."""
        return self._meeting(piece) / max(1, int((self.first >= 0).sum()))

    def fills(self, piece: int, extents_m: NDArray[np.float64]) -> float:
        """Its outline, as part of its box's side."""
        side_m2 = float(np.delete(extents_m, self.axis).prod())
        return self._meeting(piece) * self.step_m**2 / side_m2 if side_m2 > 0 else 0.0

    def _meeting(self, piece: int) -> int:
        return int((self.met[:, 1] == piece).sum())


def look_from_six_sides(pieces: Pieces, chosen: NDArray[np.bool_], rays: int) -> tuple[View, ...]:
    """At those pieces (n,) that are chosen, with so many rays along the longest side of them all."""
    kept = chosen[pieces.of_face]
    corners, of_face = pieces.corners[kept], pieces.of_face[kept]
    extents = np.ptp(corners.reshape(-1, 3), axis=0)
    step = float(extents.max()) / rays
    return tuple(_look(corners, of_face, axis, sign, step) for axis in range(3) for sign in (1, -1))


def _look(corners: NDArray[np.float64], of_face: NDArray[np.int64], axis: int, sign: int, step: float) -> View:
    order = [(axis + 1) % 3, (axis + 2) % 3, axis]
    seen = corners[:, :, order] * (1, 1, -sign)
    low, high = seen.min(axis=(0, 1)), seen.max(axis=(0, 1))
    ticks = [np.arange(low[side] + _START[side] * step, high[side], step) for side in (0, 1)]
    x, y = (grid.reshape(-1) for grid in np.meshgrid(*ticks, indexing="ij"))
    eyes = np.column_stack([x, y, np.full(len(x), low[2] - step)])
    nearest, first = np.full(len(eyes), np.inf), np.full(len(eyes), -1)
    met: list[NDArray[np.int64]] = [np.zeros((0, 2), np.int64)]
    for ray, face, away in find_met(eyes, seen):
        inwards = np.lexsort((of_face[face], away, ray))
        ray, piece, away = ray[inwards], of_face[face[inwards]], away[inwards]
        _, start = np.unique(ray, return_index=True)
        nearer = start[away[start] < nearest[ray[start]]]
        nearest[ray[nearer]], first[ray[nearer]] = away[nearer], piece[nearer]
        met.append(np.column_stack([ray, piece]))
    return View(axis, sign, first, np.unique(np.concatenate(met), axis=0), step)
