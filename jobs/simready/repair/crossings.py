"""Where a surface passes through itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jobs.geometry.box_tree import BoxTree

_TOUCH = 1e-7
"""Part of the diagonal; float32, which meshes are stored in, resolves no less."""


def find_crossings(vertices_m: NDArray[np.float64], faces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs of faces (k, 2) of which an edge of one passes through the inside of the other; touching is no crossing.

    Args:
        vertices_m: (n, 3)
        faces: (m, 3)
    """
    if not len(faces):
        return np.empty((0, 2), np.int64)
    corners = vertices_m[faces]
    depth_m = _TOUCH * float(np.linalg.norm(np.ptp(corners.reshape(-1, 3), axis=0)))
    found = [pairs[_cross(corners, faces, pairs, depth_m)] for pairs in BoxTree(corners).find_overlapping()]
    crossings = np.sort(np.concatenate(found), axis=1)
    return crossings[np.lexsort(crossings.T[::-1])]


def _cross(
    corners: NDArray[np.float64], faces: NDArray[np.int64], pairs: NDArray[np.int64], depth_m: float
) -> NDArray[np.bool_]:
    """(k,) whether an edge of either pierces the other. Neighbours along an edge never do."""
    shared = (faces[pairs[:, 0], :, None] == faces[pairs[:, 1], None, :]).sum(axis=(1, 2))
    apart = np.flatnonzero(shared < 2)
    result = np.zeros(len(pairs), bool)
    for one, other in (pairs[apart].T, pairs[apart, ::-1].T):
        result[apart] |= _pierces(corners[one], corners[other], depth_m)
    return result


def _pierces(edges_of: NDArray[np.float64], through: NDArray[np.float64], depth_m: float) -> NDArray[np.bool_]:
    """(k,) whether an edge of a triangle (k, 3, 3) runs from one side of another to the other side, inside it."""
    a = through[:, 0]
    normal = np.cross(through[:, 1] - a, through[:, 2] - a)
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    normal = np.divide(normal, length, out=np.zeros_like(normal), where=length > 0)
    height = np.einsum("kij,kj->ki", edges_of - a[:, None], normal)
    result = np.zeros(len(edges_of), bool)
    for start, end in ((0, 1), (1, 2), (2, 0)):
        sides = np.flatnonzero(
            (np.minimum(height[:, start], height[:, end]) < -depth_m)
            & (np.maximum(height[:, start], height[:, end]) > depth_m)
        )
        origin = edges_of[sides, start]
        along = edges_of[sides, end] - origin
        spokes = through[sides] - origin[:, None]
        turn = np.stack(
            [np.einsum("ij,ij->i", along, np.cross(spokes[:, i], spokes[:, (i + 1) % 3])) for i in range(3)], axis=1
        )
        result[sides] |= (turn > 0).all(axis=1) | (turn < 0).all(axis=1)
    return result
