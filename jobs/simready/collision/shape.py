"""One convex shape that collides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import trimesh
from manifold3d import Manifold
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from jobs.geometry.closed import from_manifold

PrimitiveKind = Literal["box", "sphere", "cylinder", "capsule"]
ShapeKind = Literal["hull"] | PrimitiveKind

_SEGMENTS = 64


@dataclass(frozen=True)
class Shape:
    """`mesh`: its closed surface [m] in the object frame, exact for a hull, tessellated for the others.

    `size_m`: nothing for a hull; a box's three edges; a sphere's radius; radius and length along z of a cylinder, and
    of a capsule without its caps. `T_object_shape` (4, 4): where a primitive's own axes lie.
    """

    kind: ShapeKind
    mesh: trimesh.Trimesh
    size_m: tuple[float, ...] = ()
    T_object_shape: NDArray[np.float64] = field(default_factory=lambda: np.eye(4))

    @property
    def position_m(self) -> tuple[float, float, float]:
        x, y, z = self.T_object_shape[:3, 3].tolist()
        return (x, y, z)

    @property
    def orientation_wxyz(self) -> tuple[float, float, float, float]:
        w, x, y, z = (
            Rotation.from_matrix(self.T_object_shape[:3, :3]).as_quat(canonical=True, scalar_first=True).tolist()
        )
        return (w, x, y, z)


def make_primitive(
    kind: PrimitiveKind, size_m: tuple[float, ...], T_object_shape: NDArray[np.float64]
) -> tuple[Shape, Manifold]:
    """A primitive of this size [m] (see `Shape`) in this place, and its solid."""
    solid = _solid(kind, size_m).transform(T_object_shape[:3])
    return Shape(kind, from_manifold(solid), size_m, T_object_shape), solid


def _solid(kind: PrimitiveKind, size_m: tuple[float, ...]) -> Manifold:
    if kind == "box":
        return Manifold.cube(np.array(size_m), center=True)
    if kind == "sphere":
        return Manifold.sphere(size_m[0], _SEGMENTS)
    radius_m, length_m = size_m
    if kind == "cylinder":
        return Manifold.cylinder(length_m, radius_m, radius_m, _SEGMENTS, center=True)
    ball = Manifold.sphere(radius_m, _SEGMENTS)
    return Manifold.batch_hull([ball.translate((0, 0, z)) for z in (-length_m / 2, length_m / 2)])
