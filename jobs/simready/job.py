"""The simready job: from a mesh to a physical asset."""

from __future__ import annotations

import numpy as np

from jobs.contracts.manifest import Manifest, Provenance
from jobs.contracts.reconstruction import MeshLimits
from jobs.contracts.simready import SimreadyRequest
from jobs.geometry.glb_file import save_glb
from jobs.geometry.mesh_file import load_mesh
from jobs.runtime.key import dependency_versions
from jobs.runtime.store import sha256_of
from jobs.runtime.workspace import Workspace, derive_seed
from jobs.simready.appearance.thumbnail import render_thumbnail
from jobs.simready.appearance.visual import make_visual
from jobs.simready.asset import describe_asset
from jobs.simready.authoring.mjcf import author_mjcf
from jobs.simready.authoring.parts import LinkParts, Parts
from jobs.simready.authoring.urdf import author_urdf
from jobs.simready.authoring.usd import author_usd
from jobs.simready.checks.measurements import check_body, check_colliders, check_mass
from jobs.simready.checks.parity import check_parity, read_mjcf, read_urdf, read_usd
from jobs.simready.checks.trials import try_out
from jobs.simready.collision.colliders import build_colliders
from jobs.simready.physics.identity import Identity, identify
from jobs.simready.physics.materials import UNSPECIFIED
from jobs.simready.repair.solid import repair
from jobs.simulation.simulator import open_simulator

SIMULATOR = "mujoco"
_FAR_ORIGIN = 3.0
"""Diagonals. MuJoCo scales a contact's softness by the inertia about the body's origin; at 10 diagonals fewer drops
were seen to come to rest."""


def run(request: SimreadyRequest, workspace: Workspace) -> Manifest:
    """Make one asset of one reconstructed mesh.

    Raises:
        UnknownMaterial, UnknownCategory: Before any work.
        OpenMesh: The mesh encloses no volume, even after repair.
        SimulatorUnavailable: There is none to drop it in.
    """
    name, scratch = request.name, workspace.scratch("simready")
    identity = identify(request)
    workspace.progress("repair")
    (glb,) = workspace.open_input(request.mesh, "mesh/glb")
    loaded = load_mesh(glb, None, MeshLimits())
    repaired = repair(loaded.mesh, request.repair, name)
    workspace.progress("visual mesh")
    visual = make_visual(repaired.solid, loaded.mesh, request.max_visual_faces)
    colliders = build_colliders(
        repaired.solid, request.colliders, derive_seed(request.seed, "colliders"), scratch, workspace.progress
    )
    workspace.progress("mass")
    asset = describe_asset(request, repaired, colliders, identity)
    workspace.progress("write USD, MJCF and URDF")
    parts = Parts(asset, (LinkParts(asset.links[0], visual, colliders.shapes),))
    usd, mjcf, urdf = (author(parts, workspace.output) for author in (author_usd, author_mjcf, author_urdf))
    save_glb(visual.mesh, workspace.output("asset/glb", f"{name}.glb"))
    workspace.progress("read them again")
    parity = check_parity(asset, {"usd": read_usd(usd), "mjcf": read_mjcf(mjcf, name), "urdf": read_urdf(urdf, name)})
    workspace.progress("try it out")
    simulator = open_simulator(SIMULATOR)
    trials = try_out(parts, mjcf, simulator, request, scratch)
    poses = trials.stable_poses_wxyz
    asset = asset.model_copy(update={"stable_poses_wxyz": poses})
    workspace.publish_document("asset/document", "asset.json", asset)
    workspace.progress("thumbnail")
    pose = poses[0] if poses else (1.0, 0.0, 0.0, 0.0)
    render_thumbnail(parts, mjcf, simulator, pose, scratch, workspace.output("picture/thumbnail", "thumbnail.png"))
    checks = (
        *check_body(asset, repaired.mesh),
        *check_colliders(asset, colliders.fit),
        *check_mass(asset),
        *parity,
        *trials.checks,
    )
    provenance = Provenance(
        maker=colliders.method,
        seed=request.seed,
        sources={glb.name: sha256_of(glb)},
        versions=dependency_versions("simready"),
        failures=colliders.failures,
        warnings=(*repaired.changes, *_assumptions(request, identity, parts)),
    )
    return workspace.manifest(request, checks, provenance)


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
