"""What an asset goes through in a simulator, and what is measured on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jobs.contracts.check import CheckResult
from jobs.contracts.simready import Asset, SimreadyRequest
from jobs.contracts.trials import FallSettings, JointSettings, SlopeSettings, TumbleSettings
from jobs.runtime.workspace import derive_seed
from jobs.simready.authoring.parts import Parts
from jobs.simready.checks.fall import fall
from jobs.simready.checks.joint_motion import sweep_joints
from jobs.simready.checks.measurements import check_settling
from jobs.simready.checks.settle import drop
from jobs.simready.checks.slope import Slide, coulomb_acceleration_m_s2, find_footing, slide, slides_upright
from jobs.simready.checks.specimen import GRAVITY_M_S2, Plane, Specimen, open_specimen
from jobs.simready.checks.stable_poses import Quaternion, cluster_stable_poses
from jobs.simready.checks.tumble import tumble
from jobs.simulation.simulator import Simulator

_IMPACTS = 0.95
"""Quantile of the penetration on the slope: a body that tumbles down hits hard now and then."""


@dataclass(frozen=True)
class Trials:
    """`stable_poses_wxyz`: orientations it came to rest in, most frequent first."""

    stable_poses_wxyz: tuple[Quaternion, ...]
    checks: tuple[CheckResult, ...]


def try_out(parts: Parts, mjcf: Path, simulator: Simulator, request: SimreadyRequest, scratch: Path) -> Trials:
    """Drop an asset, let it slide and tumble; nothing of this applies to what is fixed to its place.

    Args:
        parts: The asset.
        mjcf: Its MJCF file.
        simulator: Who simulates.
        request: With the settings of all trials, and the seed of the drops.
        scratch: A folder for scenes.
    """
    asset, trials, timestep_s = parts.asset, request.trials, request.settle.timestep_s
    driven = tuple(_check_joints(parts, mjcf, simulator, trials.joints, timestep_s, scratch))
    free = asset.mobility == "dynamic"
    moves_freely = CheckResult(name="moves_freely", subject=asset.name, value=float(free), detail=asset.mobility)
    if not free:
        stays = CheckResult(name="slides_upright", subject=asset.name, value=0.0, detail=asset.mobility)
        return Trials((), (moves_freely, stays, *driven))
    with open_specimen(parts, mjcf, simulator, timestep_s, scratch, Plane()) as specimen:
        rests = drop(specimen, request.settle, derive_seed(request.seed, "settle"))
        poses = cluster_stable_poses(rest.orientation_wxyz for rest in rests if rest is not None)
        checks = [moves_freely, *driven, *check_settling(asset, rests)]
        if not poses:
            return Trials((), (*checks, *_never_rested(asset)))
        checks += _check_falls(specimen, asset, poses[0], trials.fall, trials.tumble)
    with open_specimen(parts, mjcf, simulator, timestep_s, scratch, Plane(trials.slope.friction)) as specimen:
        checks += _check_slope(specimen, asset, poses[0], trials.slope)
    with open_specimen(parts, mjcf, simulator, timestep_s, scratch, Plane(round_cone=True)) as specimen:
        checks += _check_coulomb(specimen, asset, poses[0], trials.slope)
    return Trials(poses, tuple(checks))


def _check_joints(
    parts: Parts, mjcf: Path, simulator: Simulator, settings: JointSettings, timestep_s: float, scratch: Path
) -> Iterator[CheckResult]:
    """The smallest share of its range that any joint travelled, and the largest part of it that any was pushed beyond
    its limits."""
    asset = parts.asset
    yield CheckResult(name="has_joints", subject=asset.name, value=float(len(asset.joints)))
    if not asset.joints:
        return
    sweeps = sweep_joints(parts, mjcf, simulator, settings, timestep_s, scratch)
    travelled = "; ".join(f"{sweep.joint.name} {sweep.travel:.1%}" for sweep in sweeps)
    exceeded = "; ".join(f"{sweep.joint.name} {sweep.excess:.1%}" for sweep in sweeps)
    yield _measured(asset, "joint_motion", float(np.min([sweep.travel for sweep in sweeps])), travelled)
    yield _measured(asset, "joint_limits", float(np.max([sweep.excess for sweep in sweeps])), exceeded)


def _check_falls(
    specimen: Specimen, asset: Asset, pose: Quaternion, settings: FallSettings, flight: TumbleSettings
) -> Iterator[CheckResult]:
    """Motion at the end of both falls; the most energy gained in either; how free flight changes it."""
    mass_kg = asset.mass_kg.value
    dropped = fall(specimen, pose, settings.drop_height, settings.drop_limit_s, mass_kg, settings)
    lowered = fall(specimen, pose, settings.stability_height, settings.stability_limit_s, mass_kg, settings)
    drift = tumble(specimen, flight, has_joints=bool(asset.joints))
    gain = max(dropped.energy_gain, lowered.energy_gain)
    for name, value, detail in (
        ("drop_rest", dropped.motion, f"from {settings.drop_height:g} x its height"),
        ("stability_rest", lowered.motion, f"from {settings.stability_height:g} x its height"),
        ("energy_gain", gain, "beyond what the falls set free"),
        ("energy_drift", drift, f"{flight.duration_s:g} s of free flight{', gains only' * bool(asset.joints)}"),
    ):
        yield _measured(asset, name, value, detail)


def _check_slope(specimen: Specimen, asset: Asset, pose: Quaternion, settings: SlopeSettings) -> Iterator[CheckResult]:
    """How far it came on a slope that no object can stay on, and how deep it sank in."""
    center_m = np.array(asset.center_of_mass_m)
    downhill = find_footing(specimen, pose, center_m).downhill
    seen = slide(specimen, pose, center_m, downhill, settings.angle_deg, settings.duration_s)
    where = f"{settings.angle_deg:g} degrees, friction {settings.friction:g}"
    way_m, depth_m = seen.way_m, float(np.quantile(seen.penetration_m, _IMPACTS))
    yield _measured(asset, "slope_motion", way_m / specimen.diagonal_m, f"{way_m:.2f} m, {where}")
    yield _measured(asset, "slope_penetration", depth_m / min(asset.extents_m), f"{1000 * depth_m:.3f} mm, {where}")


def _check_coulomb(
    specimen: Specimen, asset: Asset, pose: Quaternion, settings: SlopeSettings
) -> Iterator[CheckResult]:
    """Whether it would slide rather than tip, and if so by how much its acceleration differs from Coulomb's."""
    friction = asset.dynamic_friction.value
    center_m = np.array(asset.center_of_mass_m)
    footing = find_footing(specimen, pose, center_m)
    upright = slides_upright(footing, friction, settings.angle_deg)
    stands = f"friction {friction:g}; it tips on a slope of {np.rad2deg(np.arctan(footing.steepest)):.0f} degrees"
    yield CheckResult(name="slides_upright", subject=asset.name, value=float(upright), detail=stands)
    if upright:
        seen: Slide = slide(specimen, pose, center_m, footing.downhill, settings.angle_deg, settings.coulomb_s)
        expected = coulomb_acceleration_m_s2(friction, settings.angle_deg)
        detail = f"{seen.acceleration_m_s2:.2f} m/s^2, Coulomb's law says {expected:.2f}"
        yield _measured(asset, "slope_coulomb", abs(seen.acceleration_m_s2 - expected) / GRAVITY_M_S2, detail)


def _never_rested(asset: Asset) -> Iterator[CheckResult]:
    for name in ("drop_rest", "stability_rest", "energy_gain", "energy_drift", "slope_motion", "slope_penetration"):
        yield CheckResult(name=name, subject=asset.name, error="it never came to rest")


def _measured(asset: Asset, name: str, value: float, detail: str) -> CheckResult:
    if np.isfinite(value):
        return CheckResult(name=name, subject=asset.name, value=value, detail=detail)
    return CheckResult(name=name, subject=asset.name, error=f"the simulation diverged: {detail}")
