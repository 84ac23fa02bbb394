"""Joints as a stage has them."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pxr import Usd, UsdGeom, UsdPhysics

from jobs.contracts.simready import Mobility
from jobs.simready.inspection.joints import WORLD, StatedJoint
from jobs.simready.inspection.usd_bodies import find_body, is_body, rotation_of
from jobs.simready.inspection.usd_shapes import matrix_of

_GAINS = ("stiffness", "damping", "friction", "armature", "maxforce")


def read_joints(stage: Usd.Stage, mobility: Mobility) -> list[StatedJoint]:
    """Every joint, its limits in rad or m; bodies go by their paths.

    A prim outside of all bodies is what stands still of a static asset, and so part of the world.
    """
    poses = UsdGeom.XformCache()
    return [
        _read_joint(UsdPhysics.Joint(prim), mobility, poses) for prim in stage.Traverse() if prim.IsA(UsdPhysics.Joint)
    ]


def _read_joint(joint: UsdPhysics.Joint, mobility: Mobility, poses: UsdGeom.XformCache) -> StatedJoint:
    prim = joint.GetPrim()
    parent, frame0 = _side(joint.GetBody0Rel(), joint.GetLocalPos0Attr(), joint.GetLocalRot0Attr(), poses)
    child, frame1 = _side(joint.GetBody1Rel(), joint.GetLocalPos1Attr(), joint.GetLocalRot1Attr(), poses)
    stage = prim.GetStage()
    relative = np.linalg.inv(frame0) @ frame1
    kind = next((kind for kind in (UsdPhysics.RevoluteJoint, UsdPhysics.PrismaticJoint) if prim.IsA(kind)), None)
    lower, upper = (_limit(kind, prim, side) for side in ("lower", "upper"))
    return StatedJoint(
        where=f"usd {prim.GetPath()}",
        parent=_body(stage, parent, mobility),
        child=_body(stage, child, mobility),
        moves=kind is not None,
        lower=lower,
        upper=upper,
        gains={
            attribute.GetName(): float(attribute.Get())
            for attribute in prim.GetAuthoredAttributes()
            if attribute.GetName().lower().endswith(_GAINS) and isinstance(attribute.Get(), (int, float))
        },
        gap_m=float(np.linalg.norm(relative[:3, 3])),
        tilt_rad=_angle(relative[:3, :3]),
    )


def _angle(rotation: NDArray[np.float64]) -> float:
    """[rad] that a rotation (3, 3) turns by. Not by the cosine, which hardly changes for small ones."""
    chord = float(np.linalg.norm(rotation - np.eye(3))) / (2 * np.sqrt(2))
    return 2 * float(np.arcsin(min(1.0, chord)))


def _side(
    bodies: Usd.Relationship, position: Usd.Attribute, rotation: Usd.Attribute, poses: UsdGeom.XformCache
) -> tuple[str, NDArray[np.float64]]:
    """The path that a side of a joint refers to, and the joint's frame (4, 4) in the world as seen from there."""
    path = next((str(target) for target in bodies.GetTargets()), WORLD)
    prim = bodies.GetStage().GetPrimAtPath(path) if path else None
    T_body_joint = np.eye(4)
    T_body_joint[:3, :3], T_body_joint[:3, 3] = rotation_of(rotation.Get()), position.Get()
    return path, (matrix_of(poses.GetLocalToWorldTransform(prim)) if prim else np.eye(4)) @ T_body_joint


def _body(stage: Usd.Stage, path: str, mobility: Mobility) -> str:
    prim = stage.GetPrimAtPath(path) if path else None
    outside = prim is not None and prim.IsValid() and not is_body(prim) and find_body(prim) is None
    return WORLD if mobility == "static" and outside else path


def _limit(kind: Callable[[Usd.Prim], UsdPhysics.Joint] | None, prim: Usd.Prim, side: str) -> float | None:
    """[rad or m]; USD has degrees."""
    if kind is None:
        return None
    joint = kind(prim)
    value = float((joint.GetLowerLimitAttr() if side == "lower" else joint.GetUpperLimitAttr()).Get())
    return float(np.deg2rad(value)) if kind is UsdPhysics.RevoluteJoint else value
