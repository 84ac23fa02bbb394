"""Points spread evenly over a surface: what areas are measured by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh
from numpy.typing import NDArray

_PLASTIC = np.array([0.7548776662466927, 0.5698402909980532])
"""Source: Roberts 2018, "The unreasonable effectiveness of quasirandom sequences"."""


@dataclass(frozen=True)
class SurfaceSample:
    """`points` (n, 3), `normals` (n, 3) outward, `face` (n,); each stands for the same area."""

    points: NDArray[np.float64]
    normals: NDArray[np.float64]
    face: NDArray[np.int64]


def sample_surface(mesh: trimesh.Trimesh, count: int) -> SurfaceSample:
    """The same mesh always gives the same points: as many on each face as its share of the area."""
    corners = np.asarray(mesh.triangles, np.float64)
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(first, second)
    length = np.linalg.norm(normal, axis=1)
    total = np.cumsum(length)
    face = np.searchsorted(total, (np.arange(count) + 0.5) / count * total[-1]).clip(0, len(corners) - 1)
    u, v = np.mod(np.arange(1, count + 1)[:, None] * _PLASTIC, 1.0).T
    beyond = u + v > 1
    u, v = np.where(beyond, 1 - u, u), np.where(beyond, 1 - v, v)
    points = corners[face, 0] + u[:, None] * first[face] + v[:, None] * second[face]
    return SurfaceSample(points, normal[face] / np.maximum(length[face], 1e-300)[:, None], face)
