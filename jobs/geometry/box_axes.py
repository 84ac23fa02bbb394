"""The three directions that a thing made of boards is built along."""

from __future__ import annotations

import numpy as np
import trimesh
from numpy.typing import NDArray

_SAME_PLANE = np.cos(np.deg2rad(3))
_SQUARE = np.sin(np.deg2rad(5))
_ENOUGH = 0.2
"""Of the area; what is round has no such directions, and the frame that it came in must do."""


def find_box_axes(mesh: trimesh.Trimesh) -> NDArray[np.float64]:
    """(3, 3) of orthogonal unit vectors in its rows: the two directions at right angles in which most of the surface
    faces, and the one across; the object's own axes if hardly anything faces in any."""
    triangles = np.asarray(mesh.triangles, np.float64)
    crosses = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    areas = np.linalg.norm(crosses, axis=1)
    normals, areas = crosses[areas > 0] / areas[areas > 0, None], areas[areas > 0]
    first = _most_faced(normals, areas)
    across = np.abs(normals @ first) < _SQUARE
    facing = areas[np.abs(normals @ first) > _SAME_PLANE].sum()
    if facing < _ENOUGH * areas.sum() or not across.any():
        return np.eye(3)
    second = _most_faced(normals[across], areas[across])
    second -= (second @ first) * first
    second /= np.linalg.norm(second)
    return np.stack([first, second, np.cross(first, second)])


def _most_faced(normals: NDArray[np.float64], areas: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3,) The direction in which most area lies, either way."""
    coarse, index = np.unique(np.round(normals * np.sign(_leading(normals))[:, None], 2), axis=0, return_inverse=True)
    peak = coarse[np.bincount(index.reshape(-1), areas).argmax()]
    along = normals @ (peak / np.linalg.norm(peak))
    near = np.abs(along) > _SAME_PLANE
    mean = (normals[near] * (np.sign(along[near]) * areas[near])[:, None]).sum(axis=0)
    return mean / np.linalg.norm(mean)


def _leading(normals: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) each normal's largest component, whose sign makes it one of two opposite ones."""
    return normals[np.arange(len(normals)), np.abs(normals).argmax(axis=1)]
