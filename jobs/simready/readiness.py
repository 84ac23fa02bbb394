"""Is the job ready? It makes an asset of a small box, reads the USD again and drops it once."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import trimesh

from jobs.contracts.manifest import ManifestRef
from jobs.contracts.report import Readiness
from jobs.contracts.simready import SettleSettings, SimreadyRequest
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
from jobs.simready.link import as_parts, build_link
from jobs.simready.physics.identity import identify
from jobs.simready.repair.solid import repair
from jobs.simready.vision.readiness import probe_vision
from jobs.simulation.simulator import open_simulator

_BOX_M = (0.04, 0.05, 0.06)
_WEIGHED_KG = 0.1
_SIMULATOR = "mujoco"
_REMEDY = "Install the job's packages anew: pip install -e '.[simready]'."


def probe() -> tuple[Readiness, ...]:
    """Never raises: what went wrong is in the answer."""
    started = time.monotonic()
    try:
        ready, detail = _make_and_drop_a_box()
    except (SimfoundryError, OSError, ValueError, RuntimeError) as error:
        ready, detail = False, f"{type(error).__name__}: {error}"
    return (
        Readiness(
            kind="job",
            name="simready",
            ready=ready,
            version=dependency_versions("simready").get("usd-core", ""),
            seconds=time.monotonic() - started,
            detail=detail,
            remedy="" if ready else _REMEDY,
        ),
        *probe_vision(),
    )


def _make_and_drop_a_box() -> tuple[bool, str]:
    nowhere = ManifestRef(job="reconstruction", key="0" * 64)
    request = SimreadyRequest(
        schema_version=1, profile="demo", name="box", mesh=nowhere, mass_kg=_WEIGHED_KG, settle=SettleSettings(poses=1)
    )
    source = trimesh.creation.box(_BOX_M)
    repaired = repair(source, request.repair, request.name)
    piece = Piece(request.name, source, repaired.solid, repaired.mesh, repaired.changes)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        built = build_link(piece, request, root, silent)
        asset = describe_asset(request, {}, [built], Articulation(request.name, (), "dynamic"), identify(request))
        parts = Parts(asset, (as_parts(asset.links[0], built),))

        def output(kind: str, path: str) -> Path:
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            return target

        read = read_usd(author_usd(parts, output), asset).bodies[request.name]
        mjcf, simulator, timestep_s = author_mjcf(parts, output), open_simulator(_SIMULATOR), request.settle.timestep_s
        with open_specimen(parts, mjcf, simulator, timestep_s, root, Plane()) as specimen:
            rests = drop(specimen, request.settle, request.seed)
    resting = sum(rest is not None for rest in rests)
    ready = abs(read.mass_kg - _WEIGHED_KG) < 1e-6 and resting == len(rests)
    return ready, f"a box of {read.mass_kg:.3f} kg in USD, {resting} of {len(rests)} drops at rest"
