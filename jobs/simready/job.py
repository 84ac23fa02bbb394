"""The simready job: from a mesh to a physical asset."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jobs.contracts.manifest import Manifest, Provenance
from jobs.contracts.repair import MeshRepair, RepairReport
from jobs.contracts.simready import SimreadyRequest
from jobs.runtime.key import dependency_versions
from jobs.runtime.workspace import Workspace
from jobs.simready.appearance.thumbnail import render_thumbnail
from jobs.simready.appearance.visual import gather_levels, save_visuals
from jobs.simready.articulation.detection import Hints, find_articulation
from jobs.simready.articulation.gathering import gather_links
from jobs.simready.articulation.piece import Piece
from jobs.simready.articulation.pieces import open_pieces
from jobs.simready.asset import describe_asset
from jobs.simready.authoring.mjcf import author_mjcf
from jobs.simready.authoring.parts import Parts
from jobs.simready.authoring.urdf import author_urdf
from jobs.simready.authoring.usd import author_usd
from jobs.simready.authoring.usd_package import thumbnail_file
from jobs.simready.authoring.usdz import save_usdz
from jobs.simready.checks.grasp import take_hold
from jobs.simready.checks.likeness import check_likeness
from jobs.simready.checks.mass import check_mass
from jobs.simready.checks.measurements import check_links
from jobs.simready.checks.mending import check_repair
from jobs.simready.checks.parity import check_parity
from jobs.simready.checks.reading import read_mujoco, read_usd
from jobs.simready.checks.trials import try_out
from jobs.simready.crosscheck.crosscheck import crosscheck, open_peers
from jobs.simready.inspection.inspection import AssetFiles, check_files
from jobs.simready.link import BuiltLink, as_parts, build_links
from jobs.simready.physics.identity import Identity, identify
from jobs.simready.physics.materials import UNSPECIFIED
from jobs.simready.repair.distances import describe_repair
from jobs.simready.standard.conformance import check_standard
from jobs.simready.vision.provider import look_at, tell_sight
from jobs.simulation.simulator import open_simulator

SIMULATOR = "mujoco"
_FAR_ORIGIN = 3.0
"""Diagonals. MuJoCo scales a contact's softness by the inertia about the body's origin; at 10 diagonals fewer drops
were seen to come to rest."""


def run(request: SimreadyRequest, workspace: Workspace) -> Manifest:
    """Make one asset of one reconstructed mesh.

    Raises:
        UnknownName: Before any work: of a material, a category, a vision provider or a simulator to cross-check in.
        VisionBusy: A model that the request wants asked does not answer for now.
        OpenMesh, CrossesItself: The mesh encloses no volume, even after repair.
        SimulatorUnavailable: There is none to drop it in, or one of those to cross-check in is missing.
    """
    name, scratch = request.name, workspace.scratch("simready")
    peers = open_peers(request.crosscheck)
    look = look_at(request, workspace)
    identity = identify(request, look)
    workspace.progress("repair")
    pieces = open_pieces(request, workspace)
    workspace.progress("joints")
    seen = look.answer.sight.moving_parts if look.answer else ()
    articulation = find_articulation(pieces, Hints(identity.category, seen), request.joints)
    built = build_links(gather_links(pieces.pieces, articulation), request, scratch, workspace.progress)
    report = RepairReport(schema_version=1, links={link.name: _describe(link.piece, request) for link in built})
    workspace.publish_document("asset/repair", "repair.json", report)
    workspace.progress("mass")
    asset = describe_asset(request, pieces.sources, built, articulation, identity)
    workspace.progress("write MJCF")
    parts = Parts(asset, tuple(map(as_parts, asset.links, built)))
    mjcf, simulator = author_mjcf(parts, workspace.output), open_simulator(SIMULATOR)
    workspace.progress("take hold of it")
    hold = take_hold([link.piece.solid for link in built], parts, mjcf, simulator, request, scratch)
    workspace.publish_document("asset/grasps", "grasps.json", hold.grasps)
    workspace.progress("write USD and URDF")
    parts = replace(parts, grasps=hold.grasps.grasps)
    usd, urdf = author_usd(parts, workspace.output), author_urdf(parts, workspace.output)
    save_visuals([link.visual for link in built], workspace.output("asset/glb", f"{name}.glb"))
    for level, visuals in enumerate(gather_levels([link.visual for link in built]), start=1):
        save_visuals(visuals, workspace.output("asset/level_glb", f"{name}_lod{level}.glb"))
    workspace.progress("read them again")
    read = {"usd": read_usd(usd, asset), "mjcf": read_mujoco(mjcf, asset), "urdf": read_mujoco(urdf, asset)}
    parity = check_parity(asset, read)
    workspace.progress("try it out")
    trials = try_out(parts, mjcf, simulator, request, scratch)
    poses = trials.stable_poses_wxyz
    asset = asset.model_copy(update={"stable_poses_wxyz": poses})
    workspace.publish_document("asset/document", "asset.json", asset)
    workspace.progress("cross-check")
    crosschecked = crosscheck(parts, {"mjcf": mjcf, "usd": usd}, poses, simulator, peers, request.crosscheck, scratch)
    workspace.progress("inspect")
    files = AssetFiles(workspace.outputs, {"usd": usd, "mjcf": mjcf, "urdf": urdf})
    inspected = check_files(name, files, request.colliders.max_hull_vertices, request.inspection)
    workspace.progress("thumbnail")
    pose = poses[0] if poses else (1.0, 0.0, 0.0, 0.0)
    thumbnail = workspace.output("picture/thumbnail", "thumbnail.png")
    render_thumbnail(parts, mjcf, simulator, pose, scratch, thumbnail)
    workspace.progress("validate the USD package")
    shutil.copyfile(thumbnail, workspace.output("asset/usd_file", thumbnail_file(name)))
    usdz = workspace.output("asset/usdz", f"{name}.usdz")
    save_usdz(usd, usdz)
    checks = (
        *check_repair(report),
        *check_links(parts, built),
        *(check for link in built for check in check_likeness(link.name, link.visual)),
        *check_mass(asset),
        *parity,
        *inspected,
        *trials.checks,
        *crosschecked,
        *hold.checks,
        *check_standard(parts, usd, usdz, request.standard, scratch),
    )
    provenance = Provenance(
        maker=built[0].colliders.method,
        seed=request.seed,
        sources=pieces.sources,
        versions=dependency_versions("simready"),
        failures=(*look.failures, *(failure for link in built for failure in link.colliders.failures)),
        warnings=(*_changes(built), *articulation.warnings, *tell_sight(look), *_assumptions(request, identity, parts)),
    )
    return workspace.manifest(request, checks, provenance)


def _describe(piece: Piece, request: SimreadyRequest) -> MeshRepair:
    return describe_repair(piece.source, piece.mesh, piece.changes, request.repair)


def _changes(built: Sequence[BuiltLink]) -> tuple[str, ...]:
    """What repair did, by link where there are several."""
    several = len(built) > 1
    return tuple(f"{link.name}: {change}" if several else change for link in built for change in link.piece.changes)


def _assumptions(request: SimreadyRequest, identity: Identity, parts: Parts) -> tuple[str, ...]:
    """What nobody said and the asset needed, and what its user should know."""
    assumed = []
    if identity.source == "default":
        what = "friction and restitution" if request.mass_kg else "density, friction and restitution"
        assumed.append(f"no material was given: {what} are those of '{UNSPECIFIED}', with wide intervals")
    if parts.base.visual.texture is None:
        assumed.append("the mesh has no colour: it is shown grey")
    away_m = float(np.linalg.norm(parts.asset.center_of_mass_m))
    if away_m > _FAR_ORIGIN * float(np.linalg.norm(parts.asset.extents_m)):
        assumed.append(
            f"the object lies {away_m:.3g} m from its origin: simulators become imprecise; move the origin into it"
        )
    return tuple(assumed)
