"""Rigid bodies, what is seen of them and what collides, as a stage has them."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pxr import Gf, Usd, UsdGeom, UsdPhysics

from jobs.simready.inspection.body import Bodies, Body, Inertial, Surface
from jobs.simready.inspection.usd_shapes import matrix_of, read_surface

_SHOWN = (UsdGeom.Tokens.default_, UsdGeom.Tokens.render)


def read_bodies(stage: Usd.Stage) -> Bodies:
    """One body per rigid body, and one without name or mass of all colliders that belong to none."""
    poses = UsdGeom.XformCache()
    shapes: dict[str, tuple[list[Surface], list[Surface]]] = {}
    owners: dict[str, Usd.Prim] = {}
    for prim in stage.Traverse():
        if is_body(prim):
            owners[str(prim.GetPath())] = prim
        if prim.IsA(UsdGeom.Gprim) and (is_collider(prim) or _is_seen(prim)):
            owner = find_body(prim)
            visuals, colliders = shapes.setdefault(str(owner.GetPath()) if owner else "", ([], []))
            (colliders if is_collider(prim) else visuals).append(read_surface(prim, poses))
    return tuple(
        Body(
            where=f"usd {path}".rstrip(),
            name=path,
            inertial=_read_inertial(owners[path], poses) if path else None,
            visuals=tuple(shapes.get(path, ([], []))[0]),
            colliders=tuple(shapes.get(path, ([], []))[1]),
        )
        for path in sorted({*owners, *shapes})
    )


def is_body(prim: Usd.Prim) -> bool:
    return prim.HasAPI(UsdPhysics.RigidBodyAPI)


def is_collider(prim: Usd.Prim) -> bool:
    """Whether it collides, and nobody switched that off."""
    collision = UsdPhysics.CollisionAPI(prim)
    return prim.HasAPI(UsdPhysics.CollisionAPI) and bool(collision.GetCollisionEnabledAttr().Get())


def find_body(prim: Usd.Prim) -> Usd.Prim | None:
    """The innermost rigid body that a prim is or lies in."""
    while prim and not prim.IsPseudoRoot():
        if is_body(prim):
            return prim
        prim = prim.GetParent()
    return None


def rotation_of(quaternion: Gf.Quatf) -> NDArray[np.float64]:
    """(3, 3), of a quaternion of any length but zero."""
    return np.array(Gf.Matrix3d(Gf.Quatd(quaternion).GetNormalized()), float).T


def _is_seen(prim: Usd.Prim) -> bool:
    shown = UsdGeom.Imageable(prim)
    return shown.ComputePurpose() in _SHOWN and shown.ComputeVisibility() != UsdGeom.Tokens.invisible


def _read_inertial(body: Usd.Prim, poses: UsdGeom.XformCache) -> Inertial | None:
    """None where anything is left to simulators, which infer it from a density."""
    mass = UsdPhysics.MassAPI(body)
    stated = [
        mass.GetMassAttr(),
        mass.GetCenterOfMassAttr(),
        mass.GetDiagonalInertiaAttr(),
        mass.GetPrincipalAxesAttr(),
    ]
    if not body.HasAPI(UsdPhysics.MassAPI) or not all(attribute.HasAuthoredValue() for attribute in stated):
        return None
    mass_kg, center, moments, principal = (attribute.Get() for attribute in stated)
    T_world_body = matrix_of(poses.GetLocalToWorldTransform(body))
    axes = T_world_body[:3, :3] @ rotation_of(principal)
    return Inertial(
        float(mass_kg),
        T_world_body[:3, :3] @ np.array(center, float) + T_world_body[:3, 3],
        axes @ np.diag(np.array(moments, float)) @ axes.T,
    )
