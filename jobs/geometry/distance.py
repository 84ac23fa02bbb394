"""How far points are from a surface, and points spread over it."""

from __future__ import annotations

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial import KDTree

_CANDIDATES = 8


def estimate_distances(
    points: NDArray[np.float64], target: trimesh.Trimesh, anchors: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Distance (n,) [m] of points (n, 3) [m] to a surface: to the faces under the nearest of `anchors` points on it."""
    places, faces = sample_surface(target, anchors, random)
    _, nearest = KDTree(places).query(points, k=_CANDIDATES)
    corners = np.asarray(target.triangles, np.float64)[faces[nearest].reshape(-1)]
    repeated = np.repeat(points, _CANDIDATES, axis=0)
    closest = trimesh.triangles.closest_point(corners, repeated)
    return np.linalg.norm(closest - repeated, axis=1).reshape(-1, _CANDIDATES).min(axis=1)


def sample_surface(
    mesh: trimesh.Trimesh, count: int, random: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points spread evenly over the area, (n, 3) [m], and the faces that they lie on, (n,)."""
    corners = np.asarray(mesh.triangles, np.float64)
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    faces = np.searchsorted(np.cumsum(areas), random.random(count) * areas.sum(), side="right").clip(0, len(areas) - 1)
    u, v = random.random((2, count))
    beyond = u + v > 1
    u[beyond], v[beyond] = 1 - u[beyond], 1 - v[beyond]
    a, b, c = corners[faces].transpose(1, 0, 2)
    return a + u[:, None] * (b - a) + v[:, None] * (c - a), faces
