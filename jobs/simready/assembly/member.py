"""One asset as a member of a scene: its document, its files and the shape that contacts see."""

# mujoco ships no types (pyright reads nothing but settings in the next line):
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from scipy.spatial import ConvexHull, QhullError

from jobs.contracts.manifest import Artifact, ManifestRef
from jobs.contracts.simready import Asset
from jobs.runtime.workspace import Workspace
from jobs.simready.assembly.errors import AssetRepeated, AssetUnusable

Array = NDArray[np.float64]
_ROUND = 96


@dataclass(frozen=True)
class Member:
    """`corners_m` (n, 3): of the convex hull of all colliders, in the object frame with every joint at zero. `bodies`
    and `joints`: their names in the asset's MJCF, the base first, its free joint left out."""

    asset: Asset
    ref: ManifestRef
    corners_m: Array
    bodies: tuple[str, ...]
    joints: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.asset.name

    @property
    def is_fixture(self) -> bool:
        """Whether its base stays where it is put."""
        return self.asset.mobility == "static"

    @property
    def resting_wxyz(self) -> tuple[float, float, float, float]:
        """How it lies when nobody says how: as it came to rest most often; a fixture upright."""
        poses = self.asset.stable_poses_wxyz
        return poses[0] if poses and not self.is_fixture else (1.0, 0.0, 0.0, 0.0)

    @cached_property
    def diagonal_m(self) -> float:
        return float(np.linalg.norm(np.ptp(self.corners_m, axis=0)))


def open_members(refs: Iterable[ManifestRef], workspace: Workspace) -> tuple[Member, ...]:
    """Every asset of a request, in its order.

    Raises:
        AssetUnusable: A file is missing or is not what the simready job makes.
        AssetRepeated: Two are called the same.
    """
    members = tuple(_open_member(ref, workspace) for ref in refs)
    counts = Counter(member.name for member in members)
    if len(counts) < len(members):
        raise AssetRepeated(sorted(name for name, count in counts.items() if count > 1))
    return members


def only(workspace: Workspace, ref: ManifestRef, kind: str) -> Artifact:
    """The one artifact of a kind that an asset has.

    Raises:
        AssetUnusable: It has none, or several.
    """
    found = workspace.manifests[ref].of_kind(kind)
    if len(found) != 1:
        raise AssetUnusable(ref.key[:12], f"has {len(found)} files of kind '{kind}'", "one")
    return found[0]


def _open_member(ref: ManifestRef, workspace: Workspace) -> Member:
    document = workspace.open_artifact(ref, only(workspace, ref, "asset/document"))
    try:
        asset = Asset.from_json(document.read_bytes())
    except ValidationError as error:
        raise AssetUnusable(ref.key[:12], f"has a damaged document ({error})", "a whole one") from error
    workspace.open_input(ref, "asset/mjcf_file")
    return read_member(asset, ref, workspace.open_artifact(ref, only(workspace, ref, "asset/mjcf")))


def read_member(asset: Asset, ref: ManifestRef, mjcf: Path) -> Member:
    """Raises: AssetUnusable: MuJoCo does not accept the file, or nothing in it collides."""
    try:
        model = mujoco.MjModel.from_xml_path(str(mjcf))
    except ValueError as error:
        raise AssetUnusable(asset.name, f"has an MJCF that MuJoCo rejects ({error})", "one that it loads") from error
    free = int(mujoco.mjtJoint.mjJNT_FREE)
    return Member(
        asset=asset,
        ref=ref,
        corners_m=_read_corners(model, asset.name),
        bodies=tuple(model.body(index).name for index in range(1, model.nbody)),
        joints=tuple(model.joint(index).name for index in range(model.njnt) if model.jnt_type[index] != free),
    )


def _read_corners(model: mujoco.MjModel, name: str) -> Array:
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    colliding = np.flatnonzero((model.geom_contype != 0) | (model.geom_conaffinity != 0))
    points = [
        _local_points(model, int(geom)) @ data.geom_xmat[geom].reshape(3, 3).T + data.geom_xpos[geom]
        for geom in colliding
    ]
    try:
        cloud = np.concatenate(points)
        return cloud[np.sort(ConvexHull(cloud).vertices)]
    except (ValueError, QhullError) as error:
        raise AssetUnusable(name, "has no collider with a volume", "at least one") from error


def _local_points(model: mujoco.MjModel, geom: int) -> Array:
    """(n, 3) whose convex hull is the geometry, in its own frame; round ones are sampled on their surface."""
    size, kind = model.geom_size[geom], int(model.geom_type[geom])
    if kind == mujoco.mjtGeom.mjGEOM_MESH:
        mesh = int(model.geom_dataid[geom])
        first = int(model.mesh_vertadr[mesh])
        return np.asarray(model.mesh_vert[first : first + int(model.mesh_vertnum[mesh])], np.float64)
    if kind == mujoco.mjtGeom.mjGEOM_BOX:
        return np.array(np.meshgrid(*([-edge, edge] for edge in size))).reshape(3, -1).T
    turn = np.linspace(0, 2 * np.pi, _ROUND, endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn), np.zeros(_ROUND)], axis=1)
    if kind == mujoco.mjtGeom.mjGEOM_CYLINDER:
        return np.concatenate([size[0] * ring + [0, 0, end * size[1]] for end in (-1, 1)])
    latitudes = np.linspace(-np.pi / 2, np.pi / 2, _ROUND // 2)
    ball = np.concatenate([np.cos(at) * ring + [0, 0, np.sin(at)] for at in latitudes])
    if kind == mujoco.mjtGeom.mjGEOM_SPHERE:
        return size[0] * ball
    if kind == mujoco.mjtGeom.mjGEOM_CAPSULE:
        return size[0] * ball + np.where(ball[:, 2:] < 0, -size[1], size[1]) * [0, 0, 1]
    raise AssetUnusable(model.geom(geom).name, f"is a collider of MuJoCo's type {kind}", "a mesh, a box or a round one")
