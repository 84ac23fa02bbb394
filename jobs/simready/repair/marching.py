"""The surface between the nodes of a grid that are inside and those that are not."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.simready.repair.occupancy import Grid

_CORNERS = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])


def _tetrahedra() -> NDArray[np.int64]:
    """(6, 4) corners of a cube, turned alike: the ways from its first to its last corner. Cubes cut like that fit."""
    steps = np.array([4, 2, 1])
    orders = np.array(list(permutations(range(3))))
    ways = np.cumsum(np.pad(steps[orders], ((0, 0), (1, 0))), axis=1)
    odd = ~_is_even(orders)
    ways[odd] = ways[odd][:, [0, 2, 1, 3]]
    return ways


def find_mixed_nodes(inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n, 3) corners of the cells that have some of their corners inside and some outside."""
    cells = _find_mixed_cells(inside)
    nodes = (cells[:, None] + _CORNERS).reshape(-1, 3)
    return np.stack(np.unravel_index(np.unique(np.ravel_multi_index(nodes.T, inside.shape)), inside.shape), axis=1)


def march(grid: Grid, inside: NDArray[np.bool_], distance_m: NDArray[np.float64]) -> trimesh.Trimesh:
    """A closed surface turned outward, without an edge of more than two faces.

    Args:
        inside: Of the grid's shape; False all around.
        distance_m: Of the grid's shape, how far each mixed node is from the surface, positive.

    Source: Doi and Koide 1991, "An efficient method of triangulating equi-valued surfaces by using tetrahedral cells".
    """
    cells = _find_mixed_cells(inside)
    cube = np.ravel_multi_index((cells[:, None] + _CORNERS).reshape(-1, 3).T, inside.shape).reshape(-1, 8)
    within = inside.reshape(-1)
    ends = np.concatenate([_cut(cube[:, corners], within) for corners in _tetrahedra()])
    ends = np.sort(ends, axis=2)
    keys, index = np.unique(ends.reshape(-1, 2) @ (inside.size, 1), return_inverse=True)
    pairs = np.stack(np.divmod(keys, inside.size), axis=1)
    first, second = (grid.place(np.stack(np.unravel_index(side, inside.shape), axis=1)) for side in pairs.T)
    near, far = (distance_m.reshape(-1)[side] for side in pairs.T)
    vertices = first + (near / (near + far))[:, None] * (second - first)
    return trimesh.Trimesh(vertices, index.reshape(-1, 3), process=False, validate=False)


def _find_mixed_cells(inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    count = sum(
        inside[i : inside.shape[0] - 1 + i, j : inside.shape[1] - 1 + j, k : inside.shape[2] - 1 + k].astype(np.int8)
        for i, j, k in _CORNERS
    )
    return np.argwhere((count > 0) & (count < len(_CORNERS)))


def _cut(tetrahedra: NDArray[np.int64], within: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(k, 3, 2) triangles, each corner on an edge between two nodes, that part the inside of tetrahedra (n, 4)."""
    order = np.argsort(~within[tetrahedra], axis=1, kind="stable")
    even = _is_even(order)
    a, b, c, d = np.take_along_axis(tetrahedra, order, axis=1).T
    count = within[tetrahedra].sum(axis=1)
    one = _triangle((a, b), (a, c), (a, d))
    three = _triangle((a, d), (b, d), (c, d))
    lower, upper = _triangle((a, c), (a, d), (b, d)), _triangle((a, c), (b, d), (b, c))
    parts = []
    for triangles, inner in ((one, 1), (three, 3), (lower, 2), (upper, 2)):
        chosen, turned = triangles[count == inner], ~even[count == inner]
        chosen[turned] = chosen[turned][:, ::-1]
        parts.append(chosen)
    return np.concatenate(parts)


def _triangle(*edges: tuple[NDArray[np.int64], NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.stack([np.stack(edge, axis=1) for edge in edges], axis=1)


def _is_even(order: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether permutations (n, k) are even."""
    pairs = combinations(range(order.shape[1]), 2)
    return np.sum([order[:, i] > order[:, j] for i, j in pairs], axis=0) % 2 == 0
