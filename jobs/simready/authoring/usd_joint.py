"""How the links of an asset move against each other, in USD."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import numpy as np
from pxr import Gf, Sdf, Tf, Usd, UsdGeom, UsdPhysics
from scipy.spatial.transform import Rotation

from jobs.contracts.simready import Joint
from jobs.simready.authoring.contact_filter import find_unfelt_pairs
from jobs.simready.authoring.parts import Parts
from jobs.simready.authoring.usd_link import link_path

_GAIN_PER_DEGREE = np.pi / 180
"""USD has angles in degrees, and so what resists them: [N m s/rad] times this is [N m s/degree]."""


def author_joints(stage: Usd.Stage, parts: Parts) -> list[tuple[Sdf.Path, Joint]]:
    """Author every joint, what holds the base of a static asset, and which links do not feel each other.

    The frame of every link is the object frame while its joints are at zero, so a joint lies in the same place of both.
    """
    root = stage.GetDefaultPrim()
    if not parts.asset.joints and parts.asset.mobility == "dynamic":
        return []
    folder = UsdGeom.Scope.Define(stage, root.GetPath().AppendChild("Joints")).GetPath()
    if parts.asset.mobility == "static":
        fixed = UsdPhysics.FixedJoint.Define(stage, folder.AppendChild("base_to_world"))
        fixed.CreateBody0Rel().SetTargets([root.GetPath()])
        fixed.CreateBody1Rel().SetTargets([link_path(parts, parts.base.link)])
    if parts.asset.joints:
        UsdPhysics.ArticulationRootAPI.Apply(root)
    _filter_contacts(stage, parts)
    return [(_author_joint(stage, parts, joint, folder), joint) for joint in parts.asset.joints]


def _author_joint(stage: Usd.Stage, parts: Parts, joint: Joint, folder: Sdf.Path) -> Sdf.Path:
    """The joint's own x axis is the one that it turns about or slides along."""
    define = UsdPhysics.RevoluteJoint.Define if joint.kind == "revolute" else UsdPhysics.PrismaticJoint.Define
    prim = define(stage, folder.AppendChild(Tf.MakeValidIdentifier(joint.name)))
    prim.CreateAxisAttr(UsdPhysics.Tokens.x)
    lower, upper = (joint.lower, joint.upper) if joint.kind == "prismatic" else np.rad2deg([joint.lower, joint.upper])
    prim.CreateLowerLimitAttr(float(lower))
    prim.CreateUpperLimitAttr(float(upper))
    prim.CreateBody0Rel().SetTargets([link_path(parts, parts.of(joint.parent).link)])
    prim.CreateBody1Rel().SetTargets([link_path(parts, parts.of(joint.child).link)])
    place, turn = Gf.Vec3f(*joint.pivot_m), _turn_x_onto(joint.axis)
    for position, rotation in (
        (prim.CreateLocalPos0Attr, prim.CreateLocalRot0Attr),
        (prim.CreateLocalPos1Attr, prim.CreateLocalRot1Attr),
    ):
        position(place)
        rotation(turn)
    _author_damping(prim.GetPrim(), joint)
    return prim.GetPath()


def _author_damping(prim: Usd.Prim, joint: Joint) -> None:
    """A drive towards no velocity, which is what damping is."""
    angular = joint.kind == "revolute"
    drive = UsdPhysics.DriveAPI.Apply(prim, UsdPhysics.Tokens.angular if angular else UsdPhysics.Tokens.linear)
    drive.CreateTypeAttr(UsdPhysics.Tokens.force)
    drive.CreateDampingAttr(joint.damping * (_GAIN_PER_DEGREE if angular else 1.0))
    drive.CreateStiffnessAttr(0.0)
    drive.CreateTargetVelocityAttr(0.0)


def _filter_contacts(stage: Usd.Stage, parts: Parts) -> None:
    for one, other in find_unfelt_pairs(parts):
        filtered = UsdPhysics.FilteredPairsAPI.Apply(stage.GetPrimAtPath(link_path(parts, one)))
        filtered.CreateFilteredPairsRel().AddTarget(link_path(parts, other))


def _turn_x_onto(axis: tuple[float, float, float]) -> Gf.Quatf:
    """The smallest rotation of the x axis onto the unit vector `axis`; about z where that is -x."""
    across = np.cross([1.0, 0.0, 0.0], axis)
    length = float(np.linalg.norm(across))
    about = across / length if length > 1e-9 else np.array([0.0, 0.0, 1.0])
    w, *xyz = Rotation.from_rotvec(np.arctan2(length, axis[0]) * about).as_quat(scalar_first=True).tolist()
    return Gf.Quatf(w, *xyz)
