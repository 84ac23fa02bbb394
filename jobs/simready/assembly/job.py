"""The assembly job: from assets to one scene that has come to rest."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from jobs.contracts.assembly import AssembledScene, AssemblyRequest, PlacedObject
from jobs.contracts.layout import Layout, Transform
from jobs.contracts.manifest import Manifest, Provenance
from jobs.runtime.key import dependency_versions
from jobs.runtime.workspace import Workspace
from jobs.simready.appearance.studio import CAMERA
from jobs.simready.assembly.checks import check_files, check_rest
from jobs.simready.assembly.member import Member, only, open_members
from jobs.simready.assembly.mjcf import author_scene_mjcf
from jobs.simready.assembly.parity import read_scene_mjcf, read_scene_usd
from jobs.simready.assembly.rest import Rest, settle
from jobs.simready.assembly.scanned import lay_out_as_scanned
from jobs.simready.assembly.start import Arrangement, Start
from jobs.simready.assembly.surface import Surface
from jobs.simready.assembly.tabletop import lay_out_on_table
from jobs.simready.assembly.usd import author_scene_usd
from jobs.simready.physics.materials import find_material
from jobs.simulation.simulator import open_simulator

SIMULATOR = "mujoco"
_GRAVITY_M_S2 = 9.81
_PICTURE_PX = (640, 480)


def run(request: AssemblyRequest, workspace: Workspace) -> Manifest:
    """Make one scene of several assets.

    Raises:
        UnknownMaterial, UnknownName, AssetRepeated, AssetUnusable, NoRoom, PlacementOverlaps: Bad input.
        SceneDiverged: It cannot be simulated.
        SimulatorUnavailable: There is none to settle it in.
    """
    material = find_material(request.layout.table.surface)
    workspace.progress("lay out")
    members = open_members(request.assets, workspace)
    arrangement = _lay_out(request, members, workspace)
    surfaces, starts = arrangement.surfaces, arrangement.starts
    models = {member.name: _copy(member, "mjcf", workspace) for member in members}
    files = {member.name: _copy(member, "usd", workspace) for member in members}
    mjcf = workspace.output("scene/mjcf", f"mjcf/{request.scene}.xml")
    usd = workspace.output("scene/usd", f"usd/{request.scene}.usda")
    workspace.progress("settle")
    simulator = open_simulator(SIMULATOR)
    view = _look_at(starts)
    author_scene_mjcf(_describe(request, surfaces, starts, None), surfaces, models, material, view, mjcf)
    rests = settle(request.scene, starts, surfaces, mjcf, simulator, request.placing, request.rest)
    workspace.progress("write USD and MJCF")
    scene = _describe(request, surfaces, starts, rests)
    author_scene_mjcf(scene, surfaces, models, material, view, mjcf)
    author_scene_usd(scene, surfaces, files, material, usd)
    workspace.publish_document("scene/document", "scene.json", scene)
    workspace.progress("read them again")
    readings = {"usd": read_scene_usd(usd), "mjcf": read_scene_mjcf(mjcf)}
    workspace.progress("picture")
    simulation = simulator.load(mjcf, request.rest.timestep_s)
    try:
        pixels = simulation.render(CAMERA, *_PICTURE_PX)
    finally:
        simulation.close()
    Image.fromarray(pixels).save(workspace.output("picture/overview", "overview.png"))
    checks = (*check_rest(request.scene, starts, rests), *check_files(scene, starts, readings))
    provenance = Provenance(
        maker=simulator.name,
        seed=request.seed,
        sources={member.name: only(workspace, member.ref, "asset/document").sha256 for member in members},
        versions=dependency_versions("assembly"),
        warnings=arrangement.warnings,
    )
    return workspace.manifest(request, checks, provenance)


def _lay_out(request: AssemblyRequest, members: Sequence[Member], workspace: Workspace) -> Arrangement:
    if request.scan is None or request.found_in is None:
        return lay_out_on_table(members, request.layout, request.placing, request.seed)
    document = workspace.open_artifact(request.scan, only(workspace, request.scan, "layout/document"))
    return lay_out_as_scanned(members, Layout.from_json(document.read_bytes()), request.found_in)


def _copy(member: Member, form: str, workspace: Workspace) -> Path:
    """An asset's files of one form into the scene's own folder; returns the one that the others belong to."""
    root = only(workspace, member.ref, f"asset/{form}")
    files = workspace.manifests[member.ref].of_kind(f"asset/{form}_file")
    workspace.open_input(member.ref, f"asset/{form}_file")
    for item in (root, *files):
        target = workspace.output(f"scene/{form}_file", f"{form}/assets/{member.name}/{item.path}")
        shutil.copyfile(workspace.open_artifact(member.ref, item), target)
    return workspace.outputs / f"{form}/assets/{member.name}/{root.path}"


def _describe(
    request: AssemblyRequest, surfaces: Sequence[Surface], starts: Sequence[Start], rests: Sequence[Rest] | None
) -> AssembledScene:
    """The scene where it came to rest, or, before that, where it starts."""
    ends = [start.T_scene_object for start in starts] if rests is None else [rest.T_scene_object for rest in rests]
    joints = [dict[str, float]() for _ in starts] if rests is None else [rest.joints for rest in rests]
    return AssembledScene(
        schema_version=1,
        name=request.scene,
        seed=request.seed,
        gravity_m_s2=_GRAVITY_M_S2,
        surface=request.layout.table.surface,
        supports=tuple(surface.plane for surface in surfaces),
        objects=tuple(
            PlacedObject(
                name=start.member.name,
                mobility=start.member.asset.mobility,
                placed_by=start.placed_by,
                support=start.support.name,
                mass_kg=start.member.asset.mass_kg.value,
                T_scene_object_start=_as_transform(start.T_scene_object),
                T_scene_object=_as_transform(T),
                joints=moved,
            )
            for start, T, moved in zip(starts, ends, joints, strict=True)
        ),
    )


def _look_at(starts: Sequence[Start]) -> tuple[np.ndarray, float]:
    """Middle (3,) and radius [m] of a sphere about everything."""
    corners_m = np.concatenate([start.corners_m for start in starts])
    middle_m = (corners_m.min(axis=0) + corners_m.max(axis=0)) / 2
    return middle_m, float(np.linalg.norm(corners_m - middle_m, axis=1).max())


def _as_transform(T: np.ndarray) -> Transform:
    a, b, c, d = T.tolist()
    return (tuple(a), tuple(b), tuple(c), tuple(d))
