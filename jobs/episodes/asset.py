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
from scipy.spatial import QhullError

from jobs.contracts.manifest import ManifestRef
from jobs.contracts.simready import Asset
from jobs.episodes.collider import POINTS_ON, triangulate_collider
from jobs.episodes.errors import AssetNotFree, AssetUnusable
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
        AssetNotFree: It stands still or has joints.
        AssetUnusable: A file is missing or is not what the simready job makes.
    """
    documents, models = workspace.open_input(ref, "asset/document"), workspace.open_input(ref, "asset/mjcf")
    workspace.open_input(ref, "asset/mjcf_file")
    if len(documents) != 1 or len(models) != 1:
        seen = f"has {len(documents)} documents and {len(models)} MJCF models"
        raise AssetUnusable(ref.key[:12], seen, "one of each")
    return read_asset(documents[0], models[0])


def read_asset(document: Path, model: Path) -> TableObject:
    """Raises: AssetNotFree, AssetUnusable."""
    try:
        asset = Asset.from_json(document.read_bytes())
    except ValidationError as error:
        raise AssetUnusable(document.name, f"is no asset document ({error})", "what the simready job writes") from error
    if asset.mobility == "static" or asset.joints:
        raise AssetNotFree(asset.name, asset.mobility, len(asset.joints))
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
    kinds = [mujoco.mjtGeom(compiled.geom_type[index]) for index in colliders]
    unknown = sorted({kind.name.removeprefix("mjGEOM_").lower() for kind in kinds if kind not in POINTS_ON})
    if unknown or not colliders:
        seen = f"has colliders of kind {', '.join(unknown)}" if unknown else "has no colliders"
        raise AssetUnusable(model.name, seen, "boxes, spheres, cylinders, capsules and meshes")
    try:
        return tuple(triangulate_collider(compiled, index) for index in colliders)
    except QhullError as error:
        raise AssetUnusable(model.name, f"has a flat collider ({error})", "colliders with a volume") from error
