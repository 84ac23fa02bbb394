"""What the points that were triangulated on the way to the cameras' poses say about the surface.

They owe nothing to silhouettes, depths or light, so they tell shine, which changes a thing's looks and not its shape,
from a hollow that was not found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial import KDTree

from jobs.geometry.distance import estimate_distances
from jobs.reconstruction.quality.surface_sample import SurfaceSample

_ON, _BESIDE = 0.01, 0.03
"""Of the longest extent: so near to the surface a point lies on it, and so near to a place on it confirms that."""
_FEWEST, _MOST = 200, 20_000
_ANCHORS = 40_000


@dataclass(frozen=True)
class TriangulatedPoints:
    """Those that lie `on` a mesh (n, 3), in the same world; `off`: share of those that do not. `extent`: the mesh's
    longest."""

    on: NDArray[np.float64]
    off: float
    extent: float

    @classmethod
    def of(cls, points: NDArray[np.float64] | None, mesh: trimesh.Trimesh) -> TriangulatedPoints | None:
        """None if there are too few to tell."""
        if points is None or len(points) < _FEWEST:
            return None
        random, extent = np.random.default_rng(0), float(np.asarray(mesh.extents).max())
        some = points if len(points) <= _MOST else points[random.choice(len(points), _MOST, replace=False)]
        is_on = estimate_distances(some, mesh, _ANCHORS, random) <= _ON * extent
        return cls(some[is_on], float(1 - is_on.mean()), extent)

    def confirm(self, sample: SurfaceSample) -> NDArray[np.bool_]:
        """Which places on the mesh (m,) lie beside a point that is on it."""
        if not len(self.on):
            return np.zeros(len(sample.points), np.bool_)
        return np.asarray(KDTree(self.on).query(sample.points)[0]) <= _BESIDE * self.extent
