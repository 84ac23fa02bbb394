"""A rigid body as some file describes it, with every joint at zero, in the world of that file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import trimesh
from manifold3d import Manifold, OpType
from numpy.typing import NDArray

from jobs.geometry.closed import count_open_edges, to_manifold
from jobs.geometry.errors import OpenMesh
from jobs.simready.collision.shape import PrimitiveKind, make_primitive


@dataclass(frozen=True)
class Surface:
    """Triangles: points (n, 3) [m], faces (m, 3). `primitive`: tessellated here from a box, sphere, cylinder or
    capsule of the file."""

    where: str
    points_m: NDArray[np.float64]
    faces: NDArray[np.int64]
    primitive: bool = False

    @property
    def sound(self) -> bool:
        """Whether there are faces, all of finite points that exist."""
        return bool(
            len(self.faces)
            and np.isfinite(self.points_m).all()
            and self.faces.min() >= 0
            and self.faces.max() < len(self.points_m)
        )

    @cached_property
    def mesh(self) -> trimesh.Trimesh:
        return trimesh.Trimesh(self.points_m, self.faces, process=False, validate=False)

    @cached_property
    def hull(self) -> Manifold:
        """Of its points; of no volume where they are flat."""
        return Manifold.hull_points(self.points_m)

    @cached_property
    def open_edges(self) -> int:
        return count_open_edges(self.mesh)


@dataclass(frozen=True)
class Inertial:
    """Mass [kg]; centre of mass (3,) [m] and inertia (3, 3) [kg m^2] about it, in the axes of the world."""

    mass_kg: float
    center_of_mass_m: NDArray[np.float64]
    inertia_kg_m2: NDArray[np.float64]


@dataclass(frozen=True)
class Body:
    """`inertial`: None where the file states none."""

    where: str
    name: str
    inertial: Inertial | None
    visuals: tuple[Surface, ...]
    colliders: tuple[Surface, ...]

    @property
    def surfaces(self) -> tuple[Surface, ...]:
        return (*self.visuals, *self.colliders)

    def is_shown_as(self, bodies: Iterable[Body]) -> bool:
        """Whether one of the bodies has this one's name and looks the same."""
        mine = [surface.points_m for surface in self.visuals]
        for body in bodies:
            theirs = [surface.points_m for surface in body.visuals]
            if body.name == self.name and len(mine) == len(theirs):
                return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(mine, theirs, strict=True))
        return False

    def without_unsound(self) -> Body:
        """With those surfaces alone that can be measured."""
        return replace(
            self,
            visuals=tuple(surface for surface in self.visuals if surface.sound),
            colliders=tuple(surface for surface in self.colliders if surface.sound),
        )

    @cached_property
    def solid(self) -> Manifold | None:
        """What is seen of it, as a solid; None where that encloses no volume."""
        try:
            parts = [to_manifold(surface.mesh, surface.where) for surface in self.visuals]
        except OpenMesh:
            return None
        return Manifold.batch_boolean(parts, OpType.Add) if parts else None

    @cached_property
    def hull(self) -> Manifold:
        """Of all that is seen of it or collides."""
        points = [surface.points_m for surface in self.surfaces]
        return Manifold.hull_points(np.concatenate([np.empty((0, 3)), *points]))

    @property
    def diagonal_m(self) -> float:
        return size_of(surface.points_m for surface in self.surfaces)


Bodies = tuple[Body, ...]
"""All of one file, or of one variant of it."""


def digest(bodies: Bodies) -> bytes:
    """Equal for bodies that are equal in all that is measured of them."""
    sha = hashlib.sha256()
    for body in bodies:
        sha.update(f"{body.where} {len(body.visuals)} {len(body.colliders)}".encode())
        if body.inertial is not None:
            sha.update(np.float64(body.inertial.mass_kg).tobytes())
            sha.update(body.inertial.center_of_mass_m.tobytes() + body.inertial.inertia_kg_m2.tobytes())
        for surface in body.surfaces:
            sha.update(f"{surface.where} {surface.points_m.shape}".encode())
            sha.update(surface.points_m.tobytes() + surface.faces.tobytes())
    return sha.digest()


def size_of(points_m: Iterable[NDArray[np.float64]]) -> float:
    """Diagonal of the bounds of some sets of points [m]; 0 without points."""
    everything = np.concatenate([np.empty((0, 3)), *points_m])
    return float(np.linalg.norm(np.ptp(everything, axis=0))) if len(everything) else 0.0


def corners_of(solid: Manifold) -> NDArray[np.float64]:
    """(n, 3) vertices of a solid [m]."""
    return np.asarray(solid.to_mesh64().vert_properties, np.float64)[:, :3]


def tessellate(kind: PrimitiveKind, size_m: tuple[float, ...]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points (n, 3) [m] and faces (m, 3) of a primitive of such a size (see `Shape`) about the origin, along z."""
    shape, _ = make_primitive(kind, size_m, np.eye(4))
    return np.asarray(shape.mesh.vertices, np.float64), np.asarray(shape.mesh.faces, np.int64)
