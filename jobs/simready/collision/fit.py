"""How well hulls fit the object that they stand in for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import manifold3d
import numpy as np
from manifold3d import Manifold

from jobs.geometry.closed import from_manifold
from jobs.geometry.distance import estimate_distances, sample_surface

_SAMPLES = 2000
_ANCHORS = 20_000


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
    return ColliderFit(iou, float(np.quantile(estimate_distances(points_m, mesh, _ANCHORS, random), 0.95)) / diagonal_m)
