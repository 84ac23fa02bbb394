"""The object on the table: its document, its model file and the shape that contacts see."""

# mujoco ships no types (pyright reads nothing but settings in the next line):
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import mujoco
import numpy as np
from pydantic import ValidationError
from scipy.spatial import ConvexHull, QhullError

from jobs.contracts.manifest import ManifestRef
from jobs.contracts.simready import Asset
from jobs.episodes.errors import AssetUnusable
from jobs.runtime.workspace import Workspace
from jobs.simulation.simulator import FloatArray


@dataclass(frozen=True)
class TableObject:
    """`hulls`: triangles (n, 3, 3) [m] of each collider, wound outwards, in the object's frame."""

    document: Asset
    model: Path
    hulls: tuple[FloatArray, ...]

    @property
    def name(self) -> str:
        return self.document.name

    @cached_property
    def center_of_mass_m(self) -> FloatArray:
        return np.array(self.document.center_of_mass_m)

    @cached_property
    def corners_m(self) -> FloatArray:
        """(n, 3) every vertex of every hull."""
        return np.unique(np.concatenate(self.hulls).reshape(-1, 3), axis=0)


def open_asset(workspace: Workspace, ref: ManifestRef) -> TableObject:
    """Fetch an asset and look at it.

    Raises:
        AssetUnusable: A file is missing or is not what the simready job makes.
    """
    documents, models = workspace.open_input(ref, "asset/document"), workspace.open_input(ref, "asset/mjcf")
    workspace.open_input(ref, "asset/mjcf_file")
    if len(documents) != 1 or len(models) != 1:
        seen = f"has {len(documents)} documents and {len(models)} MJCF models"
        raise AssetUnusable(ref.key[:12], seen, "one of each")
    return read_asset(documents[0], models[0])


def read_asset(document: Path, model: Path) -> TableObject:
    """Raises: AssetUnusable."""
    try:
        asset = Asset.from_json(document.read_bytes())
    except ValidationError as error:
        raise AssetUnusable(document.name, f"is no asset document ({error})", "what the simready job writes") from error
    return TableObject(asset, model, _read_hulls(model, asset.name))


def _read_hulls(model: Path, name: str) -> tuple[FloatArray, ...]:
    try:
        compiled = mujoco.MjModel.from_xml_path(str(model))
    except ValueError as error:
        raise AssetUnusable(model.name, f"is rejected by MuJoCo ({error})", "an MJCF model") from error
    body = mujoco.mj_name2id(compiled, mujoco.mjtObj.mjOBJ_BODY, name)
    joint = mujoco.mj_name2id(compiled, mujoco.mjtObj.mjOBJ_JOINT, name)
    if body < 0 or joint < 0 or compiled.jnt_bodyid[joint] != body or compiled.nv != 6:
        raise AssetUnusable(model.name, f"has no single free body '{name}'", f"one body and free joint named '{name}'")
    colliders = [
        int(index)
        for index in np.flatnonzero(compiled.geom_bodyid == body)
        if compiled.geom_contype[index] or compiled.geom_conaffinity[index]
    ]
    meshes = [index for index in colliders if compiled.geom_type[index] == mujoco.mjtGeom.mjGEOM_MESH]
    if not meshes or len(meshes) != len(colliders):
        raise AssetUnusable(model.name, f"has {len(meshes)} mesh colliders of {len(colliders)}", "mesh colliders only")
    return tuple(_hull_of(compiled, model, index) for index in meshes)


def _hull_of(compiled: mujoco.MjModel, model: Path, geometry: int) -> FloatArray:
    """MuJoCo moves a mesh to its principal axes and says so in the geometry's pose; this is undone here."""
    mesh = compiled.geom_dataid[geometry]
    first, count = compiled.mesh_vertadr[mesh], compiled.mesh_vertnum[mesh]
    rotation = np.empty(9)
    mujoco.mju_quat2Mat(rotation, compiled.geom_quat[geometry])
    vertices = compiled.mesh_vert[first : first + count] @ rotation.reshape(3, 3).T + compiled.geom_pos[geometry]
    try:
        hull = ConvexHull(vertices)
    except QhullError as error:
        raise AssetUnusable(model.name, f"has a flat collider ({error})", "colliders with a volume") from error
    triangles = vertices[hull.simplices]
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    inward = (normals * hull.equations[:, :3]).sum(axis=1) < 0
    triangles[inward] = triangles[inward][:, ::-1]
    return triangles
