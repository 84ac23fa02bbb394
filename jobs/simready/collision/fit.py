"""How well colliders fit the object that they stand in for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import manifold3d
import numpy as np
from manifold3d import Manifold

from jobs.geometry.closed import from_manifold
from jobs.geometry.distance import estimate_distances, sample_surface
from jobs.simready.collision.cavity import measure_filled_cavity

_SAMPLES = 2000
_ANCHORS = 20_000
_NEXT_TO_NOTHING = 1e-9


@dataclass(frozen=True)
class ColliderFit:
    """`iou`: volume of the intersection over that of the union, exact.

    `protrusion`, `gap`: 95th percentile of how far the surface of what sticks out, and of what is not covered, lies
    from the object and from the colliders; `protrusion_most` and `gap_most`: the largest. Parts of the object's
    `diagonal_m`, sampled. `cavity_filled`: see `measure_filled_cavity`.
    """

    iou: float
    protrusion: float
    protrusion_most: float
    gap: float
    gap_most: float
    cavity_filled: float
    diagonal_m: float


def measure_fit(solid: Manifold, colliders: Sequence[Manifold], seed: int) -> ColliderFit:
    """Compare an object [m] with the union of the convex solids [m] that collide."""
    union = Manifold.batch_boolean(list(colliders), manifold3d.OpType.Add)
    excess, missing = union - solid, solid - union
    random = np.random.default_rng(seed)
    low, high = np.array(solid.bounding_box()).reshape(2, 3)
    diagonal_m = float(np.linalg.norm(high - low))
    protrusion, protrusion_most = _distances(excess, solid, random)
    gap, gap_most = _distances(missing, union, random)
    return ColliderFit(
        iou=(union.volume() - excess.volume()) / (solid.volume() + excess.volume()),
        protrusion=protrusion / diagonal_m,
        protrusion_most=protrusion_most / diagonal_m,
        gap=gap / diagonal_m,
        gap_most=gap_most / diagonal_m,
        cavity_filled=measure_filled_cavity(solid, union),
        diagonal_m=diagonal_m,
    )


def _distances(difference: Manifold, other: Manifold, random: np.random.Generator) -> tuple[float, float]:
    """95th percentile and maximum [m] over the surface of what only one of two solids has."""
    if difference.is_empty() or difference.volume() <= _NEXT_TO_NOTHING * other.volume():
        return 0.0, 0.0
    points_m, _ = sample_surface(from_manifold(difference), _SAMPLES, random)
    away_m = estimate_distances(points_m, from_manifold(other), _ANCHORS, random)
    return float(np.quantile(away_m, 0.95)), float(away_m.max())
