"""How alike two meshes are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial import KDTree

from jobs.geometry.closed import to_manifold

_CANDIDATES, _DENSER = 8, 16


@dataclass(frozen=True)
class SurfaceDistance:
    """Distances between two surfaces [m], both ways: their mean, 95th percentile and largest."""

    mean_m: float
    p95_m: float
    max_m: float


def compute_volume_iou(one: trimesh.Trimesh, other: trimesh.Trimesh) -> float:
    """Volume of the intersection over that of the union, by exact booleans of closed meshes.

    Raises:
        OpenMesh: One of them encloses no volume.
    """
    a, b = to_manifold(one, "the first mesh"), to_manifold(other, "the second mesh")
    common = (a ^ b).volume()
    return common / (a.volume() + b.volume() - common)


def estimate_surface_distance(one: trimesh.Trimesh, other: trimesh.Trimesh, samples: int, seed: int) -> SurfaceDistance:
    """Distance from `samples` points on each surface to the other surface, symmetric.

    The nearest point is sought on the faces under the nearest few of 16 * `samples` points of the other surface.
    """
    random = np.random.default_rng(seed)
    there, back = (
        estimate_distances(sample_surface(source, samples, random)[0], target, _DENSER * samples, random)
        for source, target in ((one, other), (other, one))
    )
    both = np.concatenate([there, back])
    return SurfaceDistance(float((there.mean() + back.mean()) / 2), float(np.quantile(both, 0.95)), float(both.max()))


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
