"""How an object is put into a scene, before anything has moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from jobs.contracts.assembly import PlacedBy, Quaternion
from jobs.simready.assembly.footprint import Footprint
from jobs.simready.assembly.member import Member
from jobs.simready.assembly.surface import Surface

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Start:
    """`T_scene_object` (4, 4): object to scene [m]. `support`: what carries it, as far as one can tell."""

    member: Member
    placed_by: PlacedBy
    support: Surface
    T_scene_object: Array

    @property
    def corners_m(self) -> Array:
        """(n, 3) of its colliders, in the scene."""
        return move(self.member.corners_m, self.T_scene_object)

    @property
    def footprint(self) -> Footprint:
        return Footprint.of(self.corners_m)


@dataclass(frozen=True)
class Arrangement:
    """What carries, the floor last, and what is put where. `warnings`: for the manifest."""

    surfaces: tuple[Surface, ...]
    starts: tuple[Start, ...]
    warnings: tuple[str, ...] = ()


def make_transform(orientation: Rotation | Quaternion, position_m: Array) -> Array:
    """(4, 4) from a rotation, or a quaternion wxyz, and a position (3,) [m]."""
    rotation = orientation if isinstance(orientation, Rotation) else Rotation.from_quat(orientation, scalar_first=True)
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = rotation.as_matrix(), position_m
    return T


def split_transform(T: Array) -> tuple[Array, Array]:
    """Position (3,) [m] and orientation (4,) wxyz."""
    return T[:3, 3].copy(), Rotation.from_matrix(T[:3, :3]).as_quat(canonical=True, scalar_first=True)


def move(points_m: Array, T: Array) -> Array:
    """Points (n, 3) through a transform (4, 4)."""
    return points_m @ T[:3, :3].T + T[:3, 3]


def put_down(member: Member, rotation: Rotation, xy_m: Array, surface: Surface, clearance: float) -> Array:
    """`T_scene_object` of an object whose own origin is over `xy_m` (2,): just above a surface, a fixture on it."""
    lowest_m = float(rotation.apply(member.corners_m)[:, 2].min())
    gap_m = 0.0 if member.is_fixture else clearance * member.diagonal_m
    height_m = surface.height_m - lowest_m + gap_m
    return make_transform(rotation, np.array([*xy_m, height_m]))
