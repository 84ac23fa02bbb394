"""V-HACD: fast, voxel based. Source: Mamou and Ghorbel 2009; the library's version 4."""

from __future__ import annotations

import math

import numpy as np
import vhacdx
from numpy.typing import NDArray

from jobs.contracts.simready import ColliderSettings

_VOXELS = 200_000
_SPARE_SPLITS = 1
"""More parts are cut than asked for and then merged; V-HACD's own 2^10 parts take twice as long for the same fit."""


def decompose(
    vertices_m: NDArray[np.float64], faces: NDArray[np.int64], settings: ColliderSettings, seed: int
) -> list[NDArray[np.float64]]:
    """See `Decomposition`. Nothing in it is random; threads would make the order of the hulls so."""
    counted = np.column_stack([np.full(len(faces), 3), faces]).astype(np.uint32).ravel()
    hulls = vhacdx.compute_vhacd(
        vertices_m,
        counted,
        maxConvexHulls=settings.max_hulls,
        resolution=_VOXELS,
        maxNumVerticesPerCH=settings.max_hull_vertices,
        maxRecursionDepth=math.ceil(math.log2(settings.max_hulls)) + _SPARE_SPLITS,
        asyncACD=False,
    )
    return [np.asarray(vertices, np.float64) for vertices, _ in hulls]
