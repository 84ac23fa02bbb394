"""Does a gripper fit around an object, and what do its pads meet?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.grasps import Gripper
from jobs.simready.grasping.contacts import Pair, SurfacePoints

_PATCH = 0.02
_THINNEST_PATCH_M = 0.0005
_LARGEST_LEVER = 0.8


@dataclass(frozen=True)
class Hand:
    """`T_object_grasp` (4, 4), its origin between the pads; `contacts_m` (2, 3) in the object frame, `skew_rad` the
    largest angle between what presses and what is pressed on; `clearance_m` between palm and object."""

    T_object_grasp: NDArray[np.float64]
    width_m: float
    contacts_m: NDArray[np.float64]
    skew_rad: float
    clearance_m: float


def fit_hands(pair: Pair, surface: SurfacePoints, gripper: Gripper, room_m: float, approaches: int) -> tuple[Hand, ...]:
    """Hands that close along a pair's axis, from every direction around it in which the open gripper reaches it without
    touching anything on its straight way."""
    x, z = _axes_across(pair.axis)
    along = np.abs((surface.points_m - pair.center_m) @ pair.axis) < (gripper.palm_length_m + gripper.opening_m) / 2
    nearby = SurfacePoints(surface.points_m[along], surface.normals[along])
    hands = []
    for angle in 2 * np.pi * np.arange(approaches) / approaches:
        approach = np.cos(angle) * z + np.sin(angle) * x
        rotation = np.stack([np.asarray(np.cross(pair.axis, approach), np.float64), pair.axis, approach], axis=1)
        hand = _fit(pair.center_m, rotation, nearby, gripper, room_m)
        if hand is not None:
            hands.append(hand)
    return tuple(hands)


def _fit(
    center_m: NDArray[np.float64],
    rotation: NDArray[np.float64],
    surface: SurfacePoints,
    gripper: Gripper,
    room_m: float,
) -> Hand | None:
    """In here: axes of the grasp, origin at `center_m`, y the closing direction, z the approach."""
    points = (surface.points_m - center_m) @ rotation
    x, y, z = points.T
    tip_m = gripper.pad_height_m / 2
    across = np.abs(x) < gripper.pad_width_m / 2
    between = across & (np.abs(z) < tip_m) & (np.abs(y) < gripper.opening_m / 2)
    if not between.any():
        return None
    low_m, high_m = float(y[between].min()), float(y[between].max())
    middle_m, width_m = (low_m + high_m) / 2, high_m - low_m
    inner_m = width_m / 2 + room_m
    if width_m <= 0 or 2 * inner_m > gripper.opening_m:
        return None
    beside = np.abs(y - middle_m)
    in_finger = (np.abs(x) < gripper.pad_width_m / 2 + room_m / 2) & (z < tip_m + room_m / 2)
    if (in_finger & (beside > inner_m - room_m / 2) & (beside < inner_m + gripper.finger_thickness_m)).any():
        return None
    under_palm = (np.abs(x) < gripper.palm_width_m / 2) & (beside < gripper.palm_length_m / 2)
    clearance_m = float(z[under_palm].min()) + gripper.finger_length_m - tip_m
    if clearance_m < room_m / 2:
        return None
    met = _meet(points[between], surface.normals[between] @ rotation, low_m, high_m)
    if met is None or np.abs(met[0][:, 0]).max() > _LARGEST_LEVER * gripper.pad_width_m / 2:
        return None
    places_m, skew_rad = met
    T_object_grasp = np.eye(4)
    T_object_grasp[:3, :3] = rotation
    T_object_grasp[:3, 3] = center_m + middle_m * rotation[:, 1]
    return Hand(T_object_grasp, width_m, center_m + places_m @ rotation.T, skew_rad, clearance_m)


def _meet(
    points: NDArray[np.float64], normals: NDArray[np.float64], low_m: float, high_m: float
) -> tuple[NDArray[np.float64], float] | None:
    """Where the pads press (2, 3), and the largest of the angles between the mean normals of the patches that they
    meet, the line through both places and the closing direction; None where a pad meets what faces away from it.

    Two patches press on each other where they overlap, seen along the closing direction, else at their nearest ends.
    """
    depth_m = max(_THINNEST_PATCH_M, _PATCH * (high_m - low_m))
    facings, lows, highs = np.empty((2, 3)), np.empty((2, 3)), np.empty((2, 3))
    for side, (edge_m, facing) in enumerate(((low_m, -1.0), (high_m, 1.0))):
        patch = (np.abs(points[:, 1] - edge_m) < depth_m) & (facing * normals[:, 1] > 0)
        if not patch.any():
            return None
        lows[side], highs[side] = points[patch].min(axis=0), points[patch].max(axis=0)
        mean = normals[patch].mean(axis=0)
        facings[side] = facing * mean / np.linalg.norm(mean)
    nearest, farthest = lows.max(axis=0), highs.min(axis=0)
    places = np.where(nearest <= farthest, (nearest + farthest) / 2, np.clip(farthest, lows, highs))
    places[:, 1] = low_m, high_m
    line = places[1] - places[0]
    line /= np.linalg.norm(line)
    cosines = [line[1], *(facings @ line), *facings[:, 1]]
    return places, float(np.arccos(np.clip(min(cosines), -1, 1)))


def _axes_across(axis: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two unit vectors square to `axis` and to each other."""
    first = np.asarray(np.cross(axis, np.eye(3)[np.abs(axis).argmin()]), np.float64)
    first /= np.linalg.norm(first)
    return first, np.asarray(np.cross(axis, first), np.float64)
