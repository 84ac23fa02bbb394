"""Is the job ready? It makes an asset of a small box, reads the USD again and drops it, in other simulators too."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import trimesh

from jobs.contracts.manifest import ManifestRef
from jobs.contracts.report import Readiness
from jobs.contracts.simready import CrosscheckSettings, SettleSettings, SimreadyRequest
from jobs.runtime.errors import SimfoundryError
from jobs.runtime.key import dependency_versions
from jobs.runtime.workspace import silent
from jobs.simready.articulation.articulation import Articulation
from jobs.simready.articulation.piece import Piece
from jobs.simready.asset import describe_asset
from jobs.simready.authoring.mjcf import author_mjcf
from jobs.simready.authoring.parts import Parts
from jobs.simready.authoring.usd import author_usd
from jobs.simready.checks.reading import read_usd
from jobs.simready.checks.settle import drop
from jobs.simready.checks.specimen import Plane, open_specimen
from jobs.simready.crosscheck.crosscheck import crosscheck, open_peers
from jobs.simready.crosscheck.peer import PEERS
from jobs.simready.link import as_parts, build_link
from jobs.simready.physics.identity import identify
from jobs.simready.repair.solid import repair
from jobs.simready.vision.readiness import probe_vision
from jobs.simulation.simulator import SimulatorUnavailable, open_simulator

_BOX_M = (0.04, 0.05, 0.06)
_WEIGHED_KG = 0.1
_REQUEST = SimreadyRequest(
    schema_version=1,
    profile="demo",
    name="box",
    mesh=ManifestRef(job="reconstruction", key="0" * 64),
    mass_kg=_WEIGHED_KG,
    settle=SettleSettings(poses=1),
)
_SIMULATOR = "mujoco"
_REST_TOLERANCE = 0.02
"""Part of the box's diagonal."""
_REMEDY = "Install the job's packages anew: pip install -e '.[simready]'."


def probe() -> tuple[Readiness, ...]:
    """Never raises: what went wrong is in the answer."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            box = _make_a_box(Path(folder))
            ready, detail = _drop(box, Path(folder))
        except (SimfoundryError, OSError, ValueError, RuntimeError) as error:
            box, ready, detail = None, False, f"{type(error).__name__}: {error}"
        seconds = time.monotonic() - started
        peers = [_probe_peer(name, box, Path(folder)) for name in PEERS]
    return (
        Readiness(
            kind="job",
            name="simready",
            ready=ready,
            version=dependency_versions("simready").get("usd-core", ""),
            seconds=seconds,
            detail=detail,
            remedy="" if ready else _REMEDY,
        ),
        *peers,
        *probe_vision(),
    )


@dataclass(frozen=True)
class _Box:
    parts: Parts
    mjcf: Path
    usd: Path


def _make_a_box(root: Path) -> _Box:
    source = trimesh.creation.box(_BOX_M)
    repaired = repair(source, _REQUEST.repair, _REQUEST.name)
    piece = Piece(_REQUEST.name, source, repaired.solid, repaired.mesh, repaired.changes)
    built = build_link(piece, _REQUEST, root, silent)
    asset = describe_asset(_REQUEST, {}, [built], Articulation(_REQUEST.name, (), "dynamic"), identify(_REQUEST))
    parts = Parts(asset, (as_parts(asset.links[0], built),))

    def output(kind: str, path: str) -> Path:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    return _Box(parts, author_mjcf(parts, output), author_usd(parts, output))


def _drop(box: _Box, scratch: Path) -> tuple[bool, str]:
    read = read_usd(box.usd, box.parts.asset).bodies[_REQUEST.name]
    simulator, timestep_s = open_simulator(_SIMULATOR), _REQUEST.settle.timestep_s
    with open_specimen(box.parts, box.mjcf, simulator, timestep_s, scratch, Plane()) as specimen:
        rests = drop(specimen, _REQUEST.settle, _REQUEST.seed)
    resting = sum(rest is not None for rest in rests)
    ready = abs(read.mass_kg - _WEIGHED_KG) < 1e-6 and resting == len(rests)
    return ready, f"a box of {read.mass_kg:.3f} kg in USD, {resting} of {len(rests)} drops at rest"


def _probe_peer(name: str, box: _Box | None, scratch: Path) -> Readiness:
    """Whether the box comes to rest in another simulator as in ours."""
    started, version, ready, remedy = time.monotonic(), "", False, ""
    settings = CrosscheckSettings(simulators=(name,))
    try:
        peers = open_peers(settings)
        [(peer, version)] = peers.items()
        if box is None:
            detail = "there is no box to drop in it"
        else:
            files, upright = {"mjcf": box.mjcf, "usd": box.usd}, (1.0, 0.0, 0.0, 0.0)
            checks = crosscheck(box.parts, files, [upright], open_simulator(_SIMULATOR), peers, settings, scratch)
            [rest] = [check for check in checks if check.name == peer.rest_check]
            ready = rest.value is not None and rest.value < _REST_TOLERANCE
            detail = rest.error or f"a box comes to rest {rest.value:.2g} of its size away from where it does in ours"
    except SimulatorUnavailable as error:
        detail, remedy = error.seen, error.remedy
    seconds = time.monotonic() - started
    return Readiness(
        kind="simulator", name=name, ready=ready, version=version, seconds=seconds, detail=detail, remedy=remedy
    )
