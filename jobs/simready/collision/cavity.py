"""What an object can hold: does a cup stay hollow when its colliders stand in for it?

Seen from one of six sides as a landscape, an object holds what would stay in it if it were poured over it: up to the
lowest way out. Cracks narrower than a few cells are closed first, for it is solid things that are to be held.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from manifold3d import Manifold
from numpy.typing import NDArray
from scipy.ndimage import grey_closing

_CELLS = 64
_CRACK_CELLS = 3


def measure_filled_cavity(solid: Manifold, colliders: Manifold) -> float:
    """How much of what a solid can hold its colliders take up, as part of the volume of its convex hull.

    The worst of the object's six sides. What holds nothing has nothing to be filled: 0.
    """
    sides = tuple(product(range(3), (1, -1)))
    filled_m3 = [_held_m3(solid, *side) - _held_m3(colliders, *side) for side in sides]
    return max(0.0, *filled_m3) / solid.hull().volume()


def _held_m3(solid: Manifold, axis: int, sign: int) -> float:
    """Volume [m^3] that stays in the solid when `axis`, with this sign, points up."""
    heights_m, cell_m2 = _landscape(solid, axis, sign)
    closed_m = grey_closing(heights_m, size=_CRACK_CELLS, mode="nearest")
    return float((_fill(closed_m) - closed_m).sum()) * cell_m2


def _landscape(solid: Manifold, axis: int, sign: int) -> tuple[NDArray[np.float64], float]:
    """Heights (n, n) [m] over the solid's lowest point, one per cell of the rectangle around it, and a cell's area."""
    low, high = np.array(solid.bounding_box()).reshape(2, 3)
    across = [other for other in range(3) if other != axis]
    steps = [(np.arange(_CELLS) + 0.5) / _CELLS * (high - low)[other] + low[other] for other in across]
    top, bottom = (high[axis], low[axis]) if sign > 0 else (low[axis], high[axis])
    heights_m = np.zeros((_CELLS, _CELLS))
    for row, column in product(range(_CELLS), repeat=2):
        start = np.empty(3)
        start[across] = steps[0][row], steps[1][column]
        end = start.copy()
        start[axis], end[axis] = top + (top - bottom), bottom
        hits = solid.ray_cast(start.tolist(), end.tolist())
        if hits:
            heights_m[row, column] = abs(hits[0].position[axis] - bottom)
    return heights_m, float(np.prod((high - low)[across])) / _CELLS**2


def _fill(heights_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """The level (n, n) [m] in every cell once all pits are full: the lowest way out over four neighbours.

    Where there is nothing (height 0), everything falls through.

    Source: Planchon and Darboux 2002, "A fast, simple and versatile algorithm to fill the depressions of digital
    elevation models".
    """
    level = np.pad(np.where(heights_m > 0, heights_m.max(), 0.0), 1)
    inner = level[1:-1, 1:-1]
    while True:
        around = np.minimum(
            np.minimum(level[:-2, 1:-1], level[2:, 1:-1]), np.minimum(level[1:-1, :-2], level[1:-1, 2:])
        )
        lower = np.maximum(heights_m, np.minimum(inner, around))
        if np.array_equal(lower, inner):
            return lower
        inner[:] = lower
