"""What holds of every prim of a stage by itself."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pxr import Gf, Usd, UsdGeom, UsdPhysics

from jobs.contracts.simready import Asset
from jobs.simready.inspection.masses import inspect_inertial
from jobs.simready.inspection.usd_bodies import find_body, is_body
from jobs.simready.inspection.usd_shapes import matrix_of
from jobs.simready.inspection.violation import Rule, Violation

_UNIT = 1e-3
_EXTENT = 1e-3
"""Part of the diagonal."""


def inspect_prims(stage: Usd.Stage, asset: Asset) -> Iterator[Violation]:
    """Transforms without scale, quaternions of unit length, true extents, and bodies that say what they weigh."""
    for prim in stage.Traverse():
        where = f"usd {prim.GetPath()}"
        yield from _inspect_transform(prim, where)
        yield from _inspect_quaternions(prim, where)
        yield from _inspect_extent(prim, where)
        if is_body(prim):
            yield from _inspect_body(prim, where, asset)


def _inspect_transform(prim: Usd.Prim, where: str) -> Iterator[Violation]:
    """Simulators drop or misread scale on bodies and meshes; boxes may be scaled into shape."""
    if not prim.IsA(UsdGeom.Xformable):
        return
    linear = matrix_of(UsdGeom.Xformable(prim).GetLocalTransformation())[:3, :3]
    scale = np.linalg.norm(linear, axis=0)
    if not (np.isfinite(linear).all() and (scale > 0).all()):
        yield Violation("static_transforms", where, f"is scaled by {scale.tolist()}")
        return
    turned = linear / scale
    if not np.allclose(turned.T @ turned, np.eye(3), atol=_UNIT) or np.linalg.det(turned) < 0:
        yield Violation("static_transforms", where, "is sheared or mirrored")
    elif not prim.IsA(UsdGeom.Cube) and not np.allclose(scale, 1, atol=_UNIT):
        factors = ", ".join(f"{factor:.4g}" for factor in scale)
        yield Violation("static_transforms", where, f"is scaled by {factors}")


def _inspect_quaternions(prim: Usd.Prim, where: str) -> Iterator[Violation]:
    for attribute in prim.GetAuthoredAttributes():
        value = attribute.Get()
        if isinstance(value, (Gf.Quatf, Gf.Quatd, Gf.Quath)) and not abs(float(value.GetLength()) - 1) <= _UNIT:
            what = f"has {attribute.GetName()} of length {float(value.GetLength()):.4g}; a rotation has 1"
            yield Violation("static_transforms", where, what)


def inspect_hints(stage: Usd.Stage) -> Iterator[Violation]:
    """Extents hints are the bounds of what is seen as the file opens; levels of detail may be smaller."""
    for prim in stage.Traverse():
        hint = UsdGeom.ModelAPI(prim).GetExtentsHint() if prim.HasAPI(UsdGeom.ModelAPI) else None
        if hint:
            boxes = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
            bounds = boxes.ComputeUntransformedBound(prim).ComputeAlignedRange()
            true = np.array([bounds.GetMin(), bounds.GetMax()])
            yield from _compare_extents(f"usd {prim.GetPath()}", "extentsHint", list(hint)[:2], true)


def _inspect_extent(prim: Usd.Prim, where: str) -> Iterator[Violation]:
    """What viewers and simulators cull and place by."""
    if prim.IsA(UsdGeom.Mesh):
        points = np.asarray(UsdGeom.Mesh(prim).GetPointsAttr().Get() or [], float).reshape(-1, 3)
        if len(points):
            true = np.array([points.min(axis=0), points.max(axis=0)])
            yield from _compare_extents(where, "extent", UsdGeom.Mesh(prim).GetExtentAttr().Get(), true)


def _compare_extents(
    where: str, name: str, seen: Sequence[Gf.Vec3f] | None, true: NDArray[np.float64]
) -> Iterator[Violation]:
    """`seen`, `true` (2, 3); nothing is said of bounds that are not numbers, for the points are not either."""
    if not np.isfinite(true).all():
        return
    if seen is None or len(seen) != 2:
        yield Violation("static_meshes", where, f"has no {name}")
        return
    off = float(np.abs(np.array(seen, float) - true).max())
    if not off <= _EXTENT * float(np.linalg.norm(true[1] - true[0])):
        yield Violation("static_meshes", where, f"has an {name} that is {1000 * off:.3g} mm off")


def _inspect_body(prim: Usd.Prim, where: str, asset: Asset) -> Iterator[Violation]:
    yield from _inspect_mass(UsdPhysics.MassAPI(prim), where)
    body = UsdPhysics.RigidBodyAPI(prim)
    outer = find_body(prim.GetParent())
    if outer is not None:
        yield Violation("static_structure", where, f"is a rigid body within the rigid body {outer.GetPath()}")
    if asset.mobility == "dynamic":
        if not body.GetRigidBodyEnabledAttr().Get() or body.GetKinematicEnabledAttr().Get():
            yield Violation("static_base", where, "does not move: it is kinematic, or no rigid body at the moment")
        if prim.GetAttribute("physxRigidBody:disableGravity").Get():
            yield Violation("static_mass", where, "does not weigh anything: its gravity is disabled")


def _inspect_mass(mass: UsdPhysics.MassAPI, where: str) -> Iterator[Violation]:
    """All is stated and can be; what is not, simulators infer from a density."""
    if not mass.GetPrim().HasAPI(UsdPhysics.MassAPI):
        yield Violation("static_mass", where, "has no MassAPI; simulators infer what it weighs")
        return
    stated: tuple[tuple[Rule, str, Usd.Attribute], ...] = (
        ("static_mass", "mass", mass.GetMassAttr()),
        ("static_center_of_mass", "centre of mass", mass.GetCenterOfMassAttr()),
        ("static_inertia", "inertia", mass.GetDiagonalInertiaAttr()),
        ("static_inertia", "principal axes", mass.GetPrincipalAxesAttr()),
    )
    for rule, name, attribute in stated:
        if not attribute.HasAuthoredValue():
            yield Violation(rule, where, f"states no {name}; simulators infer it")
    mass_kg, moments = mass.GetMassAttr().Get() or 0.0, mass.GetDiagonalInertiaAttr().Get() or Gf.Vec3f(0)
    yield from inspect_inertial(where, float(mass_kg), np.diag(np.array(moments, float)))
