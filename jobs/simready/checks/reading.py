"""Each written file, read again by its own reader."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray
from pxr import Gf, Tf, Usd, UsdGeom, UsdPhysics

from jobs.contracts.simready import Asset, JointKind
from jobs.simready.authoring.parts import body_name

_KINDS: dict[int, JointKind] = {
    int(mujoco.mjtJoint.mjJNT_HINGE): "revolute",
    int(mujoco.mjtJoint.mjJNT_SLIDE): "prismatic",
}
_AXES = {"X": (1.0, 0.0, 0.0), "Y": (0.0, 1.0, 0.0), "Z": (0.0, 0.0, 1.0)}


@dataclass(frozen=True)
class BodyReading:
    """Mass; centre of mass (3,) and inertia (3, 3) about it in the object frame."""

    mass_kg: float
    center_of_mass_m: NDArray[np.float64]
    inertia_kg_m2: NDArray[np.float64]


@dataclass(frozen=True)
class JointReading:
    """`pivots_m` and `axes` (k, 3) in the object frame: as seen from each body that the file says it of."""

    kind: JointKind
    parent: str
    pivots_m: NDArray[np.float64]
    axes: NDArray[np.float64]
    lower: float
    upper: float


@dataclass(frozen=True)
class Reading:
    """What a file says: bodies by link, joints by the link that they move, all with the joints at zero; size of what
    is seen (3,) [m]."""

    bodies: Mapping[str, BodyReading]
    joints: Mapping[str, JointReading]
    extents_m: NDArray[np.float64]


def read_usd(path: Path, asset: Asset) -> Reading:
    """What pxr reads from a USD file."""
    stage = Usd.Stage.Open(str(path))
    names = links_by_prim(asset)
    prims = {names.get(prim.GetName(), str(prim.GetPath())): prim for prim in stage.Traverse() if _has_mass(prim)}
    links = {prim.GetPath(): name for name, prim in prims.items()}
    joints = [UsdPhysics.Joint(prim) for prim in stage.Traverse() if prim.IsA(UsdPhysics.Joint)]
    moving = [
        joint for joint in joints if joint.GetBody0Rel().GetTargets() and not joint.GetPrim().IsA(UsdPhysics.FixedJoint)
    ]
    box = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_]).ComputeWorldBound(stage.GetDefaultPrim())
    return Reading(
        bodies={name: _read_body(prim) for name, prim in prims.items()},
        joints={links[joint.GetBody1Rel().GetTargets()[0]]: _read_joint(joint, links) for joint in moving},
        extents_m=np.array(box.ComputeAlignedRange().GetSize(), float),
    )


def links_by_prim(asset: Asset) -> dict[str, str]:
    """Name of a prim in the USD file to that of the link it is."""
    if len(asset.links) == 1:
        return {Tf.MakeValidIdentifier(asset.name): asset.links[0].name}
    return {Tf.MakeValidIdentifier(link.name): link.name for link in asset.links}


def _has_mass(prim: Usd.Prim) -> bool:
    return prim.HasAPI(UsdPhysics.MassAPI) and bool(UsdPhysics.MassAPI(prim).GetMassAttr().HasAuthoredValue())


def _read_body(prim: Usd.Prim) -> BodyReading:
    mass, (rotation, offset_m) = UsdPhysics.MassAPI(prim), _place(prim)
    axes = rotation @ _rotation(mass.GetPrincipalAxesAttr().Get())
    moments = np.array(mass.GetDiagonalInertiaAttr().Get(), float)
    return BodyReading(
        mass_kg=float(mass.GetMassAttr().Get()),
        center_of_mass_m=rotation @ np.array(mass.GetCenterOfMassAttr().Get(), float) + offset_m,
        inertia_kg_m2=axes @ np.diag(moments) @ axes.T,
    )


def _read_joint(joint: UsdPhysics.Joint, links: Mapping[object, str]) -> JointReading:
    """Both of its frames, that on the parent first."""
    prim = joint.GetPrim()
    kind: JointKind = "revolute" if prim.IsA(UsdPhysics.RevoluteJoint) else "prismatic"
    typed = UsdPhysics.RevoluteJoint(prim) if kind == "revolute" else UsdPhysics.PrismaticJoint(prim)
    stage, along = prim.GetStage(), np.array(_AXES[typed.GetAxisAttr().Get()])
    ends = [
        (joint.GetBody0Rel(), joint.GetLocalPos0Attr(), joint.GetLocalRot0Attr()),
        (joint.GetBody1Rel(), joint.GetLocalPos1Attr(), joint.GetLocalRot1Attr()),
    ]
    pivots, axes = [], []
    for body, position, turn in ends:
        rotation, offset_m = _place(stage.GetPrimAtPath(body.GetTargets()[0]))
        pivots.append(rotation @ np.array(position.Get(), float) + offset_m)
        axes.append(rotation @ _rotation(turn.Get()) @ along)
    limits = np.array([typed.GetLowerLimitAttr().Get(), typed.GetUpperLimitAttr().Get()], float)
    lower, upper = np.deg2rad(limits) if kind == "revolute" else limits
    parent = joint.GetBody0Rel().GetTargets()[0]
    return JointReading(
        kind, links.get(parent, str(parent)), np.array(pivots), np.array(axes), float(lower), float(upper)
    )


def _place(prim: Usd.Prim) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rotation (3, 3) and position (3,) of a prim in the world."""
    matrix = np.array(UsdGeom.XformCache().GetLocalToWorldTransform(prim)).T
    return matrix[:3, :3], matrix[:3, 3]


def _rotation(quaternion: Gf.Quatf) -> NDArray[np.float64]:
    x, y, z = quaternion.GetImaginary()
    return _matrix(np.array([quaternion.GetReal(), x, y, z], float))


def read_mujoco(path: Path, asset: Asset) -> Reading:
    """What MuJoCo makes of an MJCF or URDF file."""
    model = mujoco.MjModel.from_xml_path(str(path))
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    names = {body_name(asset, link.name): link.name for link in asset.links}
    links = {index: names.get(model.body(index).name, f"body {index}") for index in range(1, model.nbody)}
    links = {index: name for index, name in links.items() if model.body_mass[index] > 0}
    joints = {
        links[int(model.jnt_bodyid[joint])]: JointReading(
            kind=_KINDS[int(model.jnt_type[joint])],
            parent=links.get(int(model.body_parentid[model.jnt_bodyid[joint]]), "world"),
            pivots_m=data.xanchor[[joint]].copy(),
            axes=data.xaxis[[joint]].copy(),
            lower=float(model.jnt_range[joint, 0]),
            upper=float(model.jnt_range[joint, 1]),
        )
        for joint in range(model.njnt)
        if int(model.jnt_type[joint]) in _KINDS
    }
    bodies = {name: _body_of(model, data, index) for index, name in links.items()}
    return Reading(bodies, joints, _visual_extents(model, data))


def _body_of(model: mujoco.MjModel, data: mujoco.MjData, body: int) -> BodyReading:
    axes = data.ximat[body].reshape(3, 3)
    inertia = axes @ np.diag(model.body_inertia[body]) @ axes.T
    return BodyReading(float(model.body_mass[body]), data.xipos[body].copy(), inertia)


def _visual_extents(model: mujoco.MjModel, data: mujoco.MjData) -> NDArray[np.float64]:
    """(3,) of the geometries that do not collide."""
    points = []
    for geom in np.flatnonzero(model.geom_contype == 0):
        mesh = model.mesh(int(model.geom_dataid[geom]))
        first = int(model.mesh_vertadr[mesh.id])
        local = model.mesh_vert[first : first + int(model.mesh_vertnum[mesh.id])]
        points.append(local @ data.geom_xmat[geom].reshape(3, 3).T + data.geom_xpos[geom])
    return np.ptp(np.concatenate(points), axis=0).astype(float)


def _matrix(quaternion_wxyz: NDArray[np.float64]) -> NDArray[np.float64]:
    rotation = np.empty(9)
    mujoco.mju_quat2Mat(rotation, quaternion_wxyz)
    return rotation.reshape(3, 3)
