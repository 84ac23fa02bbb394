"""What an object covers when it is looked at from above."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Footprint:
    """`outline_m` (k, 2): a convex polygon, counter-clockwise."""

    outline_m: Array

    @classmethod
    def of(cls, points_m: Array) -> Footprint:
        """The convex hull of points (n, 2) or (n, 3) from above."""
        flat = points_m[:, :2]
        return cls(flat[ConvexHull(flat).vertices])

    @property
    def low_m(self) -> Array:
        return self.outline_m.min(axis=0)

    @property
    def high_m(self) -> Array:
        return self.outline_m.max(axis=0)

    @property
    def middle_m(self) -> Array:
        """(2,) of its bounding box."""
        return (self.low_m + self.high_m) / 2

    @property
    def diameter_m(self) -> float:
        """Of its bounding box, corner to corner: however it is turned, it fits into a circle of that size."""
        return float(np.linalg.norm(self.high_m - self.low_m))

    def moved(self, by_m: Array) -> Footprint:
        return Footprint(self.outline_m + by_m)

    def gap_m(self, other: Footprint) -> float:
        """How far apart the two are, at least; negative where they overlap.

        The widest gap along the normal of any edge, by the separating axis theorem. Source: Gottschalk, Lin, Manocha
        1996, "OBBTree"; for two corners that face each other the true distance is larger.
        """
        gaps = []
        for one, two in ((self.outline_m, other.outline_m), (other.outline_m, self.outline_m)):
            edges = np.roll(one, -1, axis=0) - one
            outward = np.stack([edges[:, 1], -edges[:, 0]], axis=1) / np.linalg.norm(edges, axis=1, keepdims=True)
            gaps.append(((two @ outward.T).min(axis=0) - (one * outward).sum(axis=1)).max())
        return float(max(gaps))
