"""Can a gripper take hold of it, and does it follow?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from manifold3d import Manifold, OpType

from jobs.contracts.check import CheckResult
from jobs.contracts.grasps import Grasp, Grasps, GraspSettings
from jobs.contracts.simready import Asset, SimreadyRequest
from jobs.runtime.workspace import derive_seed
from jobs.simready.authoring.parts import Parts
from jobs.simready.grasping.lift import Lift, grip_force_n, lift
from jobs.simready.grasping.rig import open_rig
from jobs.simready.grasping.search import find_grasps
from jobs.simulation.simulator import Simulator


@dataclass(frozen=True)
class Hold:
    """The grasps of an asset, those that were tried marked with how it went, and what was measured."""

    grasps: Grasps
    checks: tuple[CheckResult, ...]


def take_hold(
    solids: Sequence[Manifold], parts: Parts, mjcf: Path, simulator: Simulator, request: SimreadyRequest, scratch: Path
) -> Hold:
    """Find grasps of an asset and lift it by the best of them.

    What is fixed, too wide or too heavy is measured as not graspable, not as a failure to lift. Too heavy is also what
    the gripper's whole force, without the margin that is wanted, did not hold by any of the grasps.

    Args:
        solids: Its links, closed surfaces [m] in the object frame.
        parts: The asset.
        mjcf: Its MJCF file.
        simulator: Who simulates.
        request: With the settings, and the seed of the search.
        scratch: A folder for the scene.
    """
    asset, settings = parts.asset, request.trials.grasp
    grasps = _no_grasps(asset, settings)
    if asset.mobility == "dynamic":
        whole = solids[0] if len(solids) == 1 else Manifold.batch_boolean(list(solids), OpType.Add)
        grasps = find_grasps(whole, asset, settings, derive_seed(request.seed, "grasps"))
    objection = _object_to_lifting(asset, grasps, settings)
    if objection:
        return Hold(grasps, (_judge_feasible(asset, 0.0, objection),))
    needed_n, most_n = grip_force_n(asset, settings), settings.gripper.max_force_n
    force_n = min(settings.force_margin * needed_n, most_n)
    tried = grasps.grasps[: settings.lifts]
    with open_rig(parts, mjcf, simulator, settings.gripper, force_n, request.settle.timestep_s, scratch) as rig:
        lifts = [lift(rig, grasp, asset, settings) for grasp in tried]
    marked = [grasp.model_copy(update={"held": seen.held(settings)}) for grasp, seen in zip(tried, lifts, strict=True)]
    if force_n == most_n and not any(grasp.held for grasp in marked):
        seen = f"too heavy: none of {len(tried)} grasps held with {most_n:g} N, of which {needed_n:.2g} N carry it"
        return Hold(_no_grasps(asset, settings), (_judge_feasible(asset, 0.0, seen),))
    feasible = _judge_feasible(asset, 1.0, f"{len(grasps.grasps)} grasps, {needed_n:.2g} N carry it")
    known = grasps.model_copy(update={"grasps": _held_first((*marked, *grasps.grasps[settings.lifts :]))})
    return Hold(known, (feasible, *_check_lifts(asset, lifts, settings)))


def _judge_feasible(asset: Asset, value: float, detail: str) -> CheckResult:
    return CheckResult(name="graspable", subject=asset.name, value=value, detail=detail)


def _no_grasps(asset: Asset, settings: GraspSettings) -> Grasps:
    friction = asset.dynamic_friction.low
    return Grasps(schema_version=1, asset=asset.name, gripper=settings.gripper, friction=friction, grasps=())


def _object_to_lifting(asset: Asset, grasps: Grasps, settings: GraspSettings) -> str:
    gripper, needed_n = settings.gripper, grip_force_n(asset, settings)
    if asset.mobility != "dynamic":
        return "it is fixed to its place"
    if not grasps.grasps:
        across_mm = 1000 * (gripper.opening_m - 2 * settings.room_m)
        return f"no two opposite places within {across_mm:.0f} mm of each other that the gripper can reach and hold"
    if needed_n > gripper.max_force_n:
        return f"it needs a grip of {needed_n:.3g} N, the gripper has {gripper.max_force_n:g} N"
    return ""


def _held_first(grasps: tuple[Grasp, ...]) -> tuple[Grasp, ...]:
    """Held ones, then those that were not tried, then those that failed; the better ones first among each."""
    rank = {True: 0, None: 1, False: 2}
    return tuple(sorted(grasps, key=lambda grasp: (rank[grasp.held], -grasp.quality)))


def _check_lifts(asset: Asset, lifts: list[Lift], settings: GraspSettings) -> Iterator[CheckResult]:
    """Of the best lift, how far the object followed, how far it slipped and whether it fell when it was let go; and the
    share of lifts that held."""
    finite = [seen for seen in lifts if np.isfinite([seen.follow, seen.slip]).all()]
    held = sum(seen.held(settings) for seen in lifts) / len(lifts)
    detail = "; ".join(f"rose {seen.follow:.1%}, slipped {seen.slip:.1%}" for seen in lifts)
    yield CheckResult(name="grasp_hold_rate", subject=asset.name, value=held, detail=detail)
    if not finite:
        for name in ("grasp_lift", "grasp_slip", "grasp_release"):
            yield CheckResult(name=name, subject=asset.name, error="the simulation diverged")
        return
    best = max(finite, key=lambda seen: (seen.held(settings), min(seen.follow, 1.0) - seen.slip))
    for name, value in (("grasp_lift", best.follow), ("grasp_slip", best.slip), ("grasp_release", float(best.fell))):
        yield CheckResult(name=name, subject=asset.name, value=value, detail=f"best of {len(lifts)} grasps")
