"""Grasp, lift, shake, let go: does the object follow the gripper?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.contracts.grasps import Grasp, GraspSettings
from jobs.contracts.simready import Asset
from jobs.simready.checks.specimen import GRAVITY_M_S2
from jobs.simready.grasping.rig import Rig

_CLOSE_S, _WEIGH_S, _OPEN_S, _FALL_S = 0.6, 0.4, 0.2, 0.3
_LIFT_M_S = 0.4
_FREE_FALL = 0.25
"""Part of the way of a free fall that an object must fall at least; a pad may still graze it on its way."""


@dataclass(frozen=True)
class Lift:
    """`follow`: how far the object rose, part of the hand's way. `slip`: the longest way of any of its points in the
    hand, from before the lift to after the shake, part of the diagonal. `fell`: whether it left the open hand."""

    follow: float
    slip: float
    fell: bool

    def held(self, settings: GraspSettings) -> bool:
        """NaN, of a simulation that diverged, did not."""
        return self.follow >= settings.follow and self.slip <= settings.slip and self.fell


def grip_force_n(asset: Asset, settings: GraspSettings) -> float:
    """What each finger must push with so that friction, at its low end, carries the weight and what shaking adds."""
    shake_m_s2 = settings.shake_m * (2 * np.pi * settings.shake_hz) ** 2
    return asset.mass_kg.value * (GRAVITY_M_S2 + shake_m_s2) / (2 * asset.dynamic_friction.low)


def lift(rig: Rig, grasp: Grasp, asset: Asset, settings: GraspSettings) -> Lift:
    """Try one grasp. The object floats between the open fingers, weightless until they have closed: a table would
    decide which grasps can be reached, and the question here is which ones hold."""
    diagonal_m, open_m = float(np.linalg.norm(asset.extents_m)), grasp.width_m + 2 * settings.room_m
    low_m = np.array([0.0, 0.0, 2 * diagonal_m + settings.gripper.finger_length_m])
    way_m = max(settings.lift_m, settings.lift_edges * max(asset.extents_m))
    high_m = low_m + np.array([0.0, 0.0, way_m])
    rig.present(grasp, low_m, open_m)
    rig.close(grasp.width_m, open_m, _CLOSE_S)
    rig.simulation.set_gravity(np.array([0.0, 0.0, -GRAVITY_M_S2]))
    rig.carry(_WEIGH_S, lambda _: low_m)
    in_hand, start_m = rig.in_hand(), rig.in_world()
    rising_s = max(1.0, way_m / _LIFT_M_S)
    rig.carry(rising_s, lambda time_s: low_m + (high_m - low_m) * _ease(time_s / rising_s))
    rig.carry(settings.hold_s, lambda _: high_m)
    follow = float((rig.in_world() - start_m)[:, 2].mean()) / way_m
    for axis in np.eye(3):
        rig.carry(settings.shake_s / 3, lambda time_s, axis=axis: high_m + _shake(time_s, settings) * axis)
    slip = float(np.linalg.norm(rig.in_hand() - in_hand, axis=1).max()) / diagonal_m
    return Lift(follow, slip, _falls(rig, open_m))


def _falls(rig: Rig, open_m: float) -> bool:
    before_m = rig.in_world()[:, 2].mean()
    rig.open(open_m, _OPEN_S)
    rig.wait(_FALL_S)
    return bool(before_m - rig.in_world()[:, 2].mean() > _FREE_FALL * GRAVITY_M_S2 * _FALL_S**2 / 2)


def _ease(part: float) -> float:
    """From 0 to 1 without a jerk at either end. Source: Flash and Hogan 1985, minimum-jerk trajectories."""
    return 10 * part**3 - 15 * part**4 + 6 * part**5


def _shake(time_s: float, settings: GraspSettings) -> float:
    return settings.shake_m * float(np.sin(2 * np.pi * settings.shake_hz * time_s))
