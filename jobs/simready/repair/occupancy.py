"""What lies inside a surface that may be open, cross itself or be turned the wrong way round."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_OFF_CENTRE = np.array([0.137, 0.291, 0.419])
"""Of a cell: models like round numbers, and a line along an edge hits both of its faces or neither."""
_MARGIN_CELLS = 2


@dataclass(frozen=True)
class Grid:
    """Nodes at `origin_m` + (i, j, k) * `cell_m`; the outermost ones lie outside of what it was made for."""

    origin_m: NDArray[np.float64]
    cell_m: float
    shape: tuple[int, int, int]

    @classmethod
    def about(cls, points_m: NDArray[np.float64], cells: int) -> Grid:
        """So many cells along the longest side of the bounding box of points (n, 3) [m]."""
        size_m = np.ptp(points_m, axis=0)
        cell_m = float(size_m.max()) / cells
        a, b, c = (np.ceil(size_m / cell_m).astype(int) + 2 * _MARGIN_CELLS + 1).tolist()
        return cls(points_m.min(axis=0) - (_MARGIN_CELLS - _OFF_CENTRE) * cell_m, cell_m, (a, b, c))

    def place(self, nodes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Where nodes (n, 3) are [m]."""
        return self.origin_m + nodes * self.cell_m


def find_inside(corners_m: NDArray[np.float64], grid: Grid) -> NDArray[np.bool_]:
    """Which nodes of a grid lie inside triangles (m, 3, 3): those for which most of the six directions along the axes
    say so.

    A direction says so if the faces met that way do not cancel, each counted by the way that it is turned. For a closed
    surface all six say what the winding number says; past a hole the others win.

    Source: Nooruddin and Turk 2003, "Simplification and repair of polygonal models using volumetric techniques".
    """
    votes = np.zeros(grid.shape, np.int8)
    for axis in range(3):
        met = np.moveaxis(_count_crossings(corners_m, grid, axis), -1, axis)
        before = np.cumsum(met, axis=axis)
        after = before.take([-1], axis=axis) - before
        votes += (before != 0).astype(np.int8) + (after != 0)
    return votes > 3


def _count_crossings(corners_m: NDArray[np.float64], grid: Grid, axis: int) -> NDArray[np.int16]:
    """(.., .., n) signed number of faces met along an axis between each node and the one before it."""
    across = [other for other in range(3) if other != axis]
    scaled = (corners_m - grid.origin_m) / grid.cell_m
    flat, height = scaled[:, :, across], scaled[:, :, axis]
    first = np.ceil(flat.min(axis=1)).astype(np.int64)
    width = np.floor(flat.max(axis=1)).astype(np.int64) - first + 1
    met = np.zeros((*(grid.shape[other] for other in across), grid.shape[axis]), np.int16)
    for block in _blocks(width.prod(axis=1)):
        area = width[block].prod(axis=1)
        face = np.repeat(block, area)
        index = np.arange(len(face)) - np.repeat(np.cumsum(area) - area, area)
        column = first[face] + np.stack([index // width[face, 1], index % width[face, 1]], axis=1)
        a, b, c = (flat[face] - column[:, None]).transpose(1, 0, 2)
        weights = np.stack([_cross(b, c), _cross(c, a), _cross(a, b)], axis=1)
        hit = (weights > 0).all(axis=1) | (weights < 0).all(axis=1)
        weights, face, column = weights[hit], face[hit], column[hit]
        total = weights.sum(axis=1)
        at = np.ceil(np.einsum("ij,ij->i", weights, height[face]) / total).astype(np.int64)
        np.add.at(met, (column[:, 0], column[:, 1], at), np.sign(total).astype(np.int16))
    return met


def _blocks(sizes: NDArray[np.int64], most: int = 1 << 21) -> list[NDArray[np.int64]]:
    """Indices of what has a size, in groups of about `most` together."""
    some = np.flatnonzero(sizes)
    return np.split(some, np.flatnonzero(np.diff(np.cumsum(sizes[some]) // most)) + 1)


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
