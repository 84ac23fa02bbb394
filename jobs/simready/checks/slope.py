"""A slope: the standing asset must slide, or stay, as Coulomb's law of friction says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from jobs.simready.checks.specimen import GRAVITY_M_S2, Specimen
from jobs.simready.checks.stable_poses import Quaternion

_STAND_S = 0.5
_SAMPLES = 30
_SOLE = 0.005
"""Corners within this part of the diagonal over the lowest one are what an asset stands on."""
_DIRECTIONS = 36
_HARDLY = 0.1
"""Part of gravity that the origin may be accelerated by for turning."""
_SURE_OF_STANDING = 1.25


@dataclass(frozen=True)
class Slide:
    """`way_m` along the slope; `acceleration_m_s2` along it, in the second half; `penetration_m` (n,) of samples
    in which it hardly turns. Contacts in MuJoCo leave out the acceleration that a body's origin has for turning about
    its centre of mass: a ball that rolls faster and faster sinks in and bounces, whatever the time step."""

    way_m: float
    acceleration_m_s2: float
    penetration_m: NDArray[np.float64]


@dataclass(frozen=True)
class Footing:
    """The direction on the plane (unit vector) in which an asset is hardest to tip over, and the steepest slope in that
    direction, as its tangent, on which it stands."""

    downhill: NDArray[np.float64]
    steepest: float


def find_footing(specimen: Specimen, pose_wxyz: Quaternion, center_of_mass_m: NDArray[np.float64]) -> Footing:
    """How safely an asset stands. What stands on a point or an edge is tipped by any slope.

    Args:
        specimen: The asset over a plane.
        pose_wxyz: How it stands.
        center_of_mass_m: (3,) in the object frame.
    """
    _stand(specimen, pose_wxyz)
    places_m = specimen.place_of_corners()
    sole_m = places_m[places_m[:, 2] < places_m[:, 2].min() + _SOLE * specimen.diagonal_m][:, :2]
    center_m = specimen.to_world(center_of_mass_m)
    angles = 2 * np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    try:
        hull = ConvexHull(sole_m)
    except QhullError:
        return Footing(np.array([1.0, 0.0, 0.0]), 0.0)
    normals, offsets = hull.equations[:, :2], hull.equations[:, 2]
    inside_m = -(normals @ center_m[:2] + offsets)
    # Where a ray from the centre of mass leaves the sole; none does if the centre hangs over.
    closing = directions @ normals.T
    with np.errstate(divide="ignore"):
        exits_m = np.where(closing > 0, np.maximum(inside_m, 0.0) / closing, np.inf).min(axis=1)
    best = int(np.argmax(exits_m))
    height_m = float(center_m[2] - places_m[:, 2].min())
    return Footing(np.append(directions[best], 0.0), float(exits_m[best]) / height_m)


def slides_upright(footing: Footing, friction: float, angle_deg: float) -> bool:
    """Whether friction acts alone: at the sole it pulls the asset over no more than a slope would that is as steep as
    the friction coefficient (or the slope, if that is gentler)."""
    return footing.steepest > _SURE_OF_STANDING * min(friction, float(np.tan(np.deg2rad(angle_deg))))


def slide(
    specimen: Specimen,
    pose_wxyz: Quaternion,
    center_of_mass_m: NDArray[np.float64],
    downhill: NDArray[np.float64],
    angle_deg: float,
    duration_s: float,
) -> Slide:
    """Tilt gravity instead of the plane, all at once, and watch."""
    _stand(specimen, pose_wxyz)
    simulation = specimen.simulation
    depths_m, speeds_m_s = [specimen.penetration_m()], []
    arm_m = float(np.linalg.norm(center_of_mass_m))
    start_m = specimen.place_of_corners().mean(axis=0)
    angle = np.deg2rad(angle_deg)
    simulation.set_gravity(GRAVITY_M_S2 * (np.sin(angle) * downhill - np.cos(angle) * np.array([0.0, 0.0, 1.0])))
    for _ in range(_SAMPLES):
        specimen.wait(duration_s / _SAMPLES)
        linear_m_s, angular_rad_s = simulation.velocity(specimen.body)
        if angular_rad_s @ angular_rad_s * arm_m < _HARDLY * GRAVITY_M_S2:
            depths_m.append(specimen.penetration_m())
        speeds_m_s.append(float(linear_m_s @ downhill))
    way_m = (specimen.place_of_corners().mean(axis=0) - start_m) @ downhill
    acceleration_m_s2 = (speeds_m_s[-1] - speeds_m_s[_SAMPLES // 2 - 1]) / (duration_s / 2)
    return Slide(float(way_m), acceleration_m_s2, np.array(depths_m))


def coulomb_acceleration_m_s2(friction: float, angle_deg: float) -> float:
    """Down the slope; 0 where friction holds."""
    angle = np.deg2rad(angle_deg)
    return GRAVITY_M_S2 * max(0.0, float(np.sin(angle) - friction * np.cos(angle)))


def _stand(specimen: Specimen, pose_wxyz: Quaternion) -> None:
    specimen.stand(np.array(pose_wxyz), 0.0)
    specimen.wait(_STAND_S)
