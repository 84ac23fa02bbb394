"""Faces that are all but lines: their normals are noise."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from jobs.contracts.repair import RepairSettings
from jobs.geometry.closed import from_manifold
from jobs.simready.repair.surface import Changes, told


def collapse_slivers(solid: Manifold, settings: RepairSettings) -> tuple[Manifold, Changes]:
    """The same solid without faces lower than `min_face_height`, if there are any; its surface moves by no more."""
    low, high = np.array(solid.bounding_box()).reshape(2, 3)
    height_m = settings.min_face_height * float(np.linalg.norm(high - low))
    before = _count(solid, height_m)
    if not before:
        return solid, ()
    collapsed = solid.simplify(height_m)
    return collapsed, told("collapsed {} slivers", before - _count(collapsed, height_m))


def _count(solid: Manifold, height_m: float) -> int:
    a, b, c = np.asarray(from_manifold(solid).triangles, np.float64).transpose(1, 0, 2)
    longest_m = np.linalg.norm(np.stack([b - a, c - b, a - c]), axis=2).max(axis=0)
    heights_m = np.linalg.norm(np.cross(b - a, c - a), axis=1) / np.maximum(longest_m, np.finfo(float).tiny)
    return int(np.count_nonzero(heights_m < height_m))
