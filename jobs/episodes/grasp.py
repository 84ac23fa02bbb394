"""Where to take hold of an object of any shape with two parallel pads.

Candidates are hands that come from above, straight or mildly tilted, turned in steps, at several heights and offsets.
A candidate stays if the open gripper fits around the object without the palm or a fingertip touching anything, and if
the surfaces that the pads would meet face them: both normals within the friction cone of the closing direction
(Nguyen 1988, "Constructing force-closure grasps"). Those near the centre of mass come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.episodes.arm import (
    FINGER_LENGTH_M,
    FINGER_THICKNESS_M,
    OPENING_M,
    PAD_WIDTH_M,
    PALM_LENGTH_M,
    PALM_WIDTH_M,
    TIP_BELOW_TOOL_M,
)
from jobs.episodes.kinematics import rotate_by
from jobs.episodes.surface import Surface
from jobs.simulation.simulator import FloatArray

WIDEST_GRASP_M = OPENING_M - 0.010
_ROOM_M = 0.02
_TABLE_CLEARANCE_M = 0.003
_PALM_CLEARANCE_M = 0.004
_LEAST_OVERLAP_M = 0.005
_PATCH_DEPTH_M = 0.002
_PAD_HEIGHT_M = 2 * TIP_BELOW_TOOL_M
_LEAST_ALIGNMENT = np.cos(np.radians(35.0))
_TURNS_RAD = np.radians(np.arange(0.0, 180.0, 15.0))
_UPRIGHT_RAD, _TILTED_RAD = (0.0,), tuple(np.radians((-20.0, 20.0)))
_ACROSS_M = np.arange(-0.084, 0.0841, 0.012)
_GAP_M = FINGER_THICKNESS_M + 0.006
_LARGEST_SKEW = np.tan(np.radians(15.0))
_LARGEST_LEVER = 0.35
_STEP_DOWN_M = 0.006
_POINTING_DOWN = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class Grasp:
    """Tool pose in the world: `position_m` (3,), `rotation` (3, 3); z is the approach, y the closing direction.

    `width_m`: how far apart the pads will be. `cost`: smaller is better.
    """

    position_m: FloatArray
    rotation: FloatArray
    width_m: float
    cost: float

    @property
    def opening_m(self) -> float:
        """How far the gripper opens to come down around what it will hold."""
        return min(OPENING_M, self.width_m + 2 * _ROOM_M)


def plan_grasps(surface: Surface, center_of_mass_m: FloatArray) -> Iterator[Grasp]:
    """Grasps of an object that stands on the plane z = 0, best first, upright hands before tilted ones.

    Args:
        surface: The object's surface in the world.
        center_of_mass_m: (3,) in the world.
    """
    narrowest = _narrowest_direction(surface.points_m)
    for tilts in (_UPRIGHT_RAD, _TILTED_RAD):
        found: list[Grasp] = []
        for turn in narrowest + _TURNS_RAD:
            # Pads are alike: of the two turns that differ by half a circle, the one nearer to the arm's own.
            nearer = (turn + np.pi / 2) % np.pi - np.pi / 2
            upright = rotate_by(np.array([0.0, 0.0, nearer])) @ _POINTING_DOWN
            for tilt in tilts:
                found += _grasps_of_hand(surface, center_of_mass_m, upright @ rotate_by(np.array([0.0, tilt, 0.0])))
        yield from sorted(found, key=lambda grasp: grasp.cost)


def _narrowest_direction(points_m: FloatArray) -> float:
    """Angle [rad] of the hand at which the object, seen from above, is narrowest between the pads."""
    angles = np.radians(np.arange(0.0, 180.0, 1.0))
    closing = np.stack([-np.sin(angles), np.cos(angles)])
    return float(angles[np.argmin(np.ptp(points_m[:, :2] @ closing, axis=0))])


def _grasps_of_hand(surface: Surface, center_of_mass_m: FloatArray, rotation: FloatArray) -> list[Grasp]:
    """Grasps of a hand of this rotation. In here: hand axes, origin at the centre of mass, z down to the object."""
    points = (surface.points_m - center_of_mass_m) @ rotation
    normals = surface.normals @ rotation
    found: list[Grasp] = []
    for across in _ACROSS_M:
        strip = np.abs(points[:, 0] - across) < PAD_WIDTH_M / 2
        if strip.any():
            found += _grasps_in_strip(points, points[strip], normals[strip], across, center_of_mass_m, rotation)
    return found


def _grasps_in_strip(
    points: FloatArray,
    strip: FloatArray,
    normals: FloatArray,
    across: float,
    center_of_mass_m: FloatArray,
    rotation: FloatArray,
) -> list[Grasp]:
    """`strip`, `normals`: the part of the surface that pads at `across` can meet."""
    top = strip[:, 2].min()
    deepest = min(_deepest_tip(across, center_of_mass_m, rotation), top + FINGER_LENGTH_M)
    tilted = 1.0 - abs(rotation[2, 2])
    found: list[Grasp] = []
    for tip in np.arange(top + _LEAST_OVERLAP_M, deepest + 1e-9, _STEP_DOWN_M):
        reached = strip[:, 2] <= tip
        for low, high in _solid_stretches(strip[reached, 1]):
            middle, width = (low + high) / 2, high - low
            if width > WIDEST_GRASP_M or not _hand_fits(points, across, middle, width, tip):
                continue
            beside_pads = reached & (strip[:, 2] > tip - _PAD_HEIGHT_M)
            quality = _contact_quality(strip, normals, beside_pads, across, low, high)
            if quality is None:
                continue
            alignment, skew_m = quality
            tool = np.array([across, middle, tip - TIP_BELOW_TOOL_M])
            cost = (
                2.0 * (1.0 - alignment)
                + np.hypot(across, middle) / 0.02
                + abs(tool[2]) / 0.06
                + skew_m / 0.01
                + 8.0 * tilted
                + 0.5 * abs(rotation[1, 0])
                + width / OPENING_M
            )
            found.append(Grasp(center_of_mass_m + rotation @ tool, rotation, float(width), float(cost)))
    return found


def _solid_stretches(places: FloatArray) -> list[tuple[float, float]]:
    """Where there is something along the closing direction, in stretches that a finger fits between."""
    ordered = np.sort(places)
    gaps = np.flatnonzero(np.diff(ordered) > _GAP_M)
    starts, ends = ordered[np.append(0, gaps + 1)], ordered[np.append(gaps, len(ordered) - 1)]
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def _deepest_tip(across: float, center_of_mass_m: FloatArray, rotation: FloatArray) -> float:
    """How far down the hand's z axis the finger tips may go before one of their edges meets the table."""
    lowest_corner = min((rotation @ np.array([across + side * PAD_WIDTH_M / 2, 0.0, 0.0]))[2] for side in (-1.0, 1.0))
    return (center_of_mass_m[2] + lowest_corner - _TABLE_CLEARANCE_M) / -rotation[2, 2]


def _hand_fits(points: FloatArray, across: float, middle: float, width: float, tip: float) -> bool:
    """Neither the palm nor an open finger, on its way down, would touch the object."""
    x, y = np.abs(points[:, 0] - across), np.abs(points[:, 1] - middle)
    palm = (x < PALM_WIDTH_M / 2) & (y < PALM_LENGTH_M / 2)
    if (points[palm, 2] < tip - FINGER_LENGTH_M + _PALM_CLEARANCE_M).any():
        return False
    inner = min(OPENING_M, width + 2 * _ROOM_M) / 2
    finger = (x < PAD_WIDTH_M / 2 + 0.001) & (y > inner - 0.002) & (y < inner + FINGER_THICKNESS_M + 0.002)
    return not (points[finger, 2] < tip + 0.002).any()


def _contact_quality(
    strip: FloatArray, normals: FloatArray, beside_pads: NDArray[np.bool_], across: float, low: float, high: float
) -> tuple[float, float] | None:
    """Least alignment of the two patches that the pads meet with the closing direction, and their offset [m].

    None if a pad meets nothing between its ends, meets it near its own edge (it would tip), or would slip: because
    the surface leans away, or because the two patches are not opposite each other.
    """
    centers: list[FloatArray] = []
    alignments: list[float] = []
    for edge, facing in ((low, -1.0), (high, 1.0)):
        patch = beside_pads & (np.abs(strip[:, 1] - edge) < _PATCH_DEPTH_M) & (normals[:, 1] * facing > 0)
        if not patch.any():
            return None
        weights = normals[patch, 1] * facing
        mean = weights @ normals[patch]
        alignments.append(float(mean[1] * facing / np.linalg.norm(mean)))
        centers.append(weights @ strip[patch] / weights.sum())
    skew_m = float(np.linalg.norm((centers[1] - centers[0])[[0, 2]]))
    lever_m = max(abs(center[0] - across) for center in centers)
    if (
        min(alignments) < _LEAST_ALIGNMENT
        or lever_m > _LARGEST_LEVER * PAD_WIDTH_M
        or skew_m > max(0.003, _LARGEST_SKEW * (high - low))
    ):
        return None
    return min(alignments), skew_m
