"""The planes that things stand on: tables, shelves, floors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_fill_holes

from jobs.reconstruction.scans.connected import label_points

Array = NDArray[np.float64]
_CELL_M = 0.02
_FACES_UP = 0.9
_FITS_M = 0.008
_ROUNDS = 8
_STEEPEST = 0.07
"""Four degrees: what is steeper is a seat or a slanted lid."""
_BRIDGED_CELLS = 12
"""Gaps of twice so many cells, where things stand in the way, belong to the plane."""


@dataclass(frozen=True)
class Support:
    """z = `slope` @ (x, y) + `height_m`, in the scene; `cells` (n, m) of side `cell_m` from `corner` (2,) on: where it
    is, with what stands on it."""

    slope: Array
    height_m: float
    corner: Array
    cells: NDArray[np.bool_]
    cell_m: float

    @property
    def area_m2(self) -> float:
        return float(np.count_nonzero(self.cells)) * self.cell_m**2

    @property
    def normal(self) -> Array:
        """(3,), unit."""
        normal = np.array([-self.slope[0], -self.slope[1], 1.0])
        return normal / np.linalg.norm(normal)

    def height_above(self, points: Array) -> Array:
        """(n,) [m], of points (n, 3), along z."""
        return points[:, 2] - (points[:, :2] @ self.slope + self.height_m)

    def holds(self, points: Array) -> NDArray[np.bool_]:
        """Which points (n, 3) lie over or under it."""
        index = np.floor((points[:, :2] - self.corner) / self.cell_m).astype(np.int64)
        inside = ((index >= 0) & (index < self.cells.shape)).all(axis=1)
        found = np.zeros(len(points), bool)
        found[inside] = self.cells[index[inside, 0], index[inside, 1]]
        return found

    def height_at(self, xy: Array) -> float:
        """[m], of the plane at (2,)."""
        return float(xy @ self.slope + self.height_m)

    def extent_m(self) -> tuple[Array, Array]:
        """Lowest and highest corner (2,) of what it covers."""
        rows, columns = np.nonzero(self.cells)
        index = np.column_stack([rows, columns])
        return self.corner + index.min(axis=0) * self.cell_m, self.corner + (index.max(axis=0) + 1) * self.cell_m


def find_supports(points: Array, normals: Array, least_m2: float, largest_object_m: float) -> list[Support]:
    """Flat, level patches of at least `least_m2` with the tops of objects left out, largest first.

    Args:
        points: (n, 3) [m], Z up.
        normals: (n, 3).
    """
    level = points[normals[:, 2] > _FACES_UP]
    labels = label_points(level, _CELL_M)
    counts = np.bincount(labels) if len(labels) else np.zeros(0, np.int64)
    enough = np.flatnonzero(counts * 1.0 >= least_m2 / _CELL_M**2)
    found = [support for label in enough if (support := _fit(level[labels == label], least_m2)) is not None]
    found.sort(key=lambda support: -support.area_m2)
    return [support for index, support in enumerate(found) if not _tops(support, found[:index], largest_object_m)]


def _fit(points: Array, least_m2: float) -> Support | None:
    """A plane through most of the points, by least squares on those that it fits."""
    height = np.median(points[:, 2])
    slope, kept = np.zeros(2), np.abs(points[:, 2] - height) < 2 * _FITS_M
    for _ in range(_ROUNDS):
        if np.count_nonzero(kept) < 3:
            return None
        middle = points[kept].mean(axis=0)
        away = points[kept] - middle
        moments = np.einsum("ij,ik->jk", away[:, :2], away)
        slope = np.linalg.lstsq(moments[:, :2], moments[:, 2], rcond=None)[0]
        height = middle[2] - middle[:2] @ slope
        kept = np.abs(points[:, 2] - points[:, :2] @ slope - height) < _FITS_M
    flat = points[kept]
    corner = (np.floor(flat[:, :2].min(axis=0) / _CELL_M) - _BRIDGED_CELLS) * _CELL_M
    index = np.floor((flat[:, :2] - corner) / _CELL_M).astype(np.int64)
    seen = np.zeros(index.max(axis=0) + 1 + _BRIDGED_CELLS, bool)
    seen[index[:, 0], index[:, 1]] = True
    if np.count_nonzero(seen) * _CELL_M**2 < least_m2 or np.linalg.norm(slope) > _STEEPEST:
        return None
    y, x = np.mgrid[-_BRIDGED_CELLS : _BRIDGED_CELLS + 1, -_BRIDGED_CELLS : _BRIDGED_CELLS + 1]
    disc = np.hypot(x, y) <= _BRIDGED_CELLS
    cells = np.asarray(binary_fill_holes(binary_closing(seen, disc)), bool)
    return Support(np.array(slope), float(height), corner, cells, _CELL_M)


def _tops(support: Support, larger: Sequence[Support], largest_object_m: float) -> bool:
    """Whether it is the top of something that stands on a larger one: small, and not far above it."""
    low, high = support.extent_m()
    if (high - low).max() > largest_object_m:
        return False
    middle = np.append((low + high) / 2, support.height_at((low + high) / 2))
    return any(
        other.holds(middle[None])[0] and 0 < other.height_above(middle[None])[0] < largest_object_m for other in larger
    )
