"""Points on an object's colliders: what a grasp planner looks at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from jobs.simulation.simulator import FloatArray


@dataclass(frozen=True)
class Surface:
    """`points_m` (n, 3) and outward unit `normals` (n, 3) in one frame."""

    points_m: FloatArray
    normals: FloatArray

    def moved(self, position_m: FloatArray, rotation: FloatArray) -> Surface:
        """The same surface in the frame that `rotation` (3, 3) and `position_m` (3,) lead to."""
        return Surface(self.points_m @ rotation.T + position_m, self.normals @ rotation.T)


def sample_surface(hulls: Iterable[FloatArray], count: int, seed: int = 0) -> Surface:
    """About `count` points, evenly by area, and the corners of the triangles, so that extents are exact.

    Args:
        hulls: Triangles (n, 3, 3) [m], wound outwards.
        count: How many points to spread over the area.
        seed: The points are the same for the same seed.
    """
    triangles = np.concatenate(tuple(hulls))
    crosses = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    doubled_areas = np.linalg.norm(crosses, axis=1)
    triangles, normals = triangles[doubled_areas > 0], crosses[doubled_areas > 0]
    weights = doubled_areas[doubled_areas > 0]
    normals = normals / weights[:, None]
    random = np.random.default_rng(seed)
    places = (np.arange(count) + random.random(count)) / count
    chosen = np.minimum(np.searchsorted(np.cumsum(weights) / weights.sum(), places), len(triangles) - 1)
    first, second = random.random((2, count))
    outside = first + second > 1
    first[outside], second[outside] = 1 - first[outside], 1 - second[outside]
    corner = triangles[chosen]
    spread = (
        corner[:, 0] + first[:, None] * (corner[:, 1] - corner[:, 0]) + second[:, None] * (corner[:, 2] - corner[:, 0])
    )
    points = np.concatenate([spread, triangles.reshape(-1, 3)])
    return Surface(points, np.concatenate([normals[chosen], np.repeat(normals, 3, axis=0)]))
