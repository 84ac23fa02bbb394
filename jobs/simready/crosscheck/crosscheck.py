"""Drops an asset in other simulators, from the poses that it rests in, and compares where it ends."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from jobs.contracts.check import CheckResult
from jobs.contracts.simready import Asset, CrosscheckSettings
from jobs.runtime.registry import resolve
from jobs.simready.authoring.parts import Parts
from jobs.simready.checks.parity import inertia_error, mass_error
from jobs.simready.checks.reading import links_by_prim
from jobs.simready.checks.specimen import Plane, Specimen, open_specimen
from jobs.simready.checks.stable_poses import Quaternion
from jobs.simready.crosscheck.errors import PeerFailed
from jobs.simready.crosscheck.peer import PEERS, FloatArray, Peer, Seen, Start
from jobs.simulation.simulator import Simulator

_TILT_DEG = 2.0
_SAME_SIDE_DEG = 0.5


@dataclass(frozen=True)
class Drop:
    """`corners_m`: of the base (n, 3), in the world, where the simulator left them."""

    start: Start
    corners_m: FloatArray


def open_peers(settings: CrosscheckSettings, table: Mapping[str, str] = PEERS) -> dict[Peer, str]:
    """Those that are asked for, with their versions.

    Raises:
        UnknownName: One is in no table.
        SimulatorUnavailable: One is not there.
    """
    peers: list[Peer] = [resolve("simulator to cross-check in", table, name)() for name in settings.simulators]
    return {peer: peer.require_available() for peer in peers}


def crosscheck(
    parts: Parts,
    files: Mapping[str, Path],
    poses: Sequence[Quaternion],
    simulator: Simulator,
    peers: Mapping[Peer, str],
    settings: CrosscheckSettings,
    scratch: Path,
) -> tuple[CheckResult, ...]:
    """How far a peer's mass properties are from the asset's, and its rest from the simulator's.

    Args:
        parts: The asset.
        files: Its `mjcf`, which the simulator reads, and its `usd`, which the peers read.
        poses: It rests in; none for what is fixed to its place, of which only the mass properties are compared.
        simulator: Whose rest the peers are held against.
        peers: See `open_peers`.
        settings: The drops.
        scratch: A folder for files.
    """
    name = parts.asset.name
    asked = CheckResult(name="crosschecked", subject=name, value=float(len(peers)), detail=_tell(peers))
    if not peers:
        return (asked, CheckResult(name="crosschecked_rest", subject=name, value=0.0, detail="nobody asked for it"))
    with open_specimen(parts, files["mjcf"], simulator, settings.timestep_s, scratch, Plane()) as specimen:
        steady = (pose for pose in poses if _is_steady(specimen, pose, settings))
        drops = [_drop(specimen, pose, settings) for pose in itertools.islice(steady, settings.poses)]
        corners_m, diagonal_m = specimen.corners_m[specimen.body], specimen.diagonal_m
    told = f"{len(drops)} of {len(poses)} stable poses; what rolls is left out"
    checks = [asked, CheckResult(name="crosschecked_rest", subject=name, value=float(bool(drops)), detail=told)]
    for peer in peers:
        try:
            seen = peer.drop(files["usd"], [drop.start for drop in drops], settings, scratch)
        except PeerFailed as error:
            failed = (peer.body_check, *((peer.rest_check,) * bool(drops)))
            checks += [CheckResult(name=check, subject=name, error=str(error)) for check in failed]
        else:
            checks.append(_compare_bodies(peer.body_check, parts.asset, seen))
            if drops:
                checks.append(_compare_rests(peer.rest_check, name, drops, seen, corners_m, diagonal_m))
    return tuple(checks)


def _is_steady(specimen: Specimen, pose: Quaternion, settings: CrosscheckSettings) -> bool:
    """Whether it comes back to the same side when let go with a tilt. What rolls does not, and where it stops says
    nothing about a simulator."""
    upright = Rotation.from_quat(pose, scalar_first=True)
    up = _fall(specimen, upright, settings)
    for axis in np.eye(3)[:2]:
        tilted = Rotation.from_rotvec(np.deg2rad(_TILT_DEG) * axis) * upright
        if np.rad2deg(np.arccos(np.clip(up @ _fall(specimen, tilted, settings), -1, 1))) > _SAME_SIDE_DEG:
            return False
    return True


def _fall(specimen: Specimen, start: Rotation, settings: CrosscheckSettings) -> FloatArray:
    """The world's up (3,) in the frame of the base at the end."""
    specimen.stand(start.as_quat(scalar_first=True), settings.drop_height * specimen.diagonal_m)
    specimen.wait(settings.duration_s)
    _, orientation_wxyz = specimen.simulation.pose(specimen.body)
    return Rotation.from_quat(orientation_wxyz, scalar_first=True).inv().apply([0.0, 0.0, 1.0])


def _drop(specimen: Specimen, pose: Quaternion, settings: CrosscheckSettings) -> Drop:
    specimen.stand(np.array(pose), settings.drop_height * specimen.diagonal_m)
    origin_m, orientation_wxyz = specimen.simulation.pose(specimen.body)
    x_m, y_m, z_m = origin_m.tolist()
    w, x, y, z = orientation_wxyz.tolist()
    specimen.wait(settings.duration_s)
    return Drop(Start((x_m, y_m, z_m), (x, y, z, w)), specimen.to_world(specimen.corners_m[specimen.body]))


def _compare_bodies(check: str, asset: Asset, seen: Seen) -> CheckResult:
    names = links_by_prim(asset)
    bodies = {names.get(prim, prim): body for prim, body in seen.bodies.items()}
    mass, inertia = mass_error(asset, bodies), inertia_error(asset, bodies)
    detail = f"mass {mass:.2g}, inertia {inertia:.2g}"
    return CheckResult(name=check, subject=asset.name, value=max(mass, inertia), detail=detail)


def _compare_rests(
    check: str, name: str, drops: Sequence[Drop], seen: Seen, corners_m: FloatArray, diagonal_m: float
) -> CheckResult:
    """The furthest that any corner lies from where it lies in the simulator, part of the diagonal."""
    away_m = [
        float(np.linalg.norm(rest.to_world(corners_m) - drop.corners_m, axis=1).max())
        for drop, rest in zip(drops, seen.rests, strict=True)
    ]
    detail = ", ".join(f"{1000 * some_m:.2f} mm" for some_m in away_m)
    return CheckResult(name=check, subject=name, value=max(away_m) / diagonal_m, detail=detail)


def _tell(peers: Mapping[Peer, str]) -> str:
    return ", ".join(f"{peer.name} {version}" for peer, version in peers.items())
