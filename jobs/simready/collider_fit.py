"""How well hulls fit the object that they stand in for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import manifold3d
import numpy as np
import trimesh
from manifold3d import Manifold
from numpy.typing import NDArray
from scipy.spatial import KDTree

from jobs.geometry.closed import from_manifold
from jobs.geometry.comparison import sample_surface

_SAMPLES = 2000
_ANCHORS = 20_000
_CANDIDATES = 8


@dataclass(frozen=True)
class ColliderFit:
    """`iou`: volume of the intersection over that of the union, exact. `protrusion`: 95th percentile of how far the
    surface of what sticks out lies from the object, as part of the object's diagonal, sampled."""

    iou: float
    protrusion: float


def measure_fit(solid: Manifold, hulls: Sequence[Manifold], seed: int) -> ColliderFit:
    """Compare an object [m] with the union of its hulls [m]."""
    union = Manifold.batch_boolean(list(hulls), manifold3d.OpType.Add)
    excess = union - solid
    excess_m3 = excess.volume()
    common_m3 = union.volume() - excess_m3
    iou = common_m3 / (solid.volume() + excess_m3)
    if excess.is_empty() or excess_m3 <= 1e-9 * solid.volume():
        return ColliderFit(iou, 0.0)
    random = np.random.default_rng(seed)
    points_m, _ = sample_surface(from_manifold(excess), _SAMPLES, random)
    mesh = from_manifold(solid)
    diagonal_m = float(np.linalg.norm(np.ptp(mesh.vertices, axis=0)))
    return ColliderFit(iou, float(np.quantile(_distances_m(points_m, mesh, random), 0.95)) / diagonal_m)


def _distances_m(
    points_m: NDArray[np.float64], mesh: trimesh.Trimesh, random: np.random.Generator
) -> NDArray[np.float64]:
    """(n,) to the nearest of the faces under the nearest points of a dense sample of the surface."""
    anchors_m, faces = sample_surface(mesh, _ANCHORS, random)
    nearest = KDTree(anchors_m).query(points_m, k=_CANDIDATES)[1]
    corners = np.asarray(mesh.triangles, np.float64)[faces[nearest].reshape(-1)]
    repeated = np.repeat(points_m, _CANDIDATES, axis=0)
    closest = trimesh.triangles.closest_point(corners, repeated)
    return np.linalg.norm(closest - repeated, axis=1).reshape(-1, _CANDIDATES).min(axis=1)
