"""What collides in a stage: how, and with which friction."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterator

from pxr import Usd, UsdGeom, UsdPhysics, UsdShade

from jobs.contracts.inspection import InspectionSettings
from jobs.contracts.simready import Asset
from jobs.simready.inspection.surface_properties import inspect_friction, inspect_restitution
from jobs.simready.inspection.usd_bodies import find_body, is_collider
from jobs.simready.inspection.violation import Violation

_CONVEX = (UsdPhysics.Tokens.convexHull, UsdPhysics.Tokens.boundingCube, UsdPhysics.Tokens.boundingSphere)


def inspect_colliders(stage: Usd.Stage, asset: Asset, settings: InspectionSettings) -> Iterator[Violation]:
    """Meshes that collide are taken as convex where they move, and every collider slides as a material says."""
    for prim in stage.Traverse():
        where = f"usd {prim.GetPath()}"
        if not is_collider(prim):
            continue
        owner = find_body(prim)
        if owner is None and asset.mobility == "dynamic":
            yield Violation("static_base", where, "collides, and belongs to no body: it stands still in mid-air")
        approximation = UsdPhysics.MeshCollisionAPI(prim).GetApproximationAttr().Get()
        if prim.IsA(UsdGeom.Mesh) and owner is not None and approximation not in _CONVEX:
            what = f"collides as '{approximation or 'none'}'; on a body that moves only convex shapes work everywhere"
            yield Violation("static_colliders", where, what)
        material, _ = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial("physics")
        if not material or not material.GetPrim().HasAPI(UsdPhysics.MaterialAPI):
            yield Violation("static_friction", where, "has no physics material; each simulator takes its own")
        else:
            yield from _inspect_material(UsdPhysics.MaterialAPI(material.GetPrim()), settings)


def _inspect_material(material: UsdPhysics.MaterialAPI, settings: InspectionSettings) -> Iterator[Violation]:
    where = f"usd {material.GetPath()}"
    static, dynamic = material.GetStaticFrictionAttr(), material.GetDynamicFrictionAttr()
    for attribute in (static, dynamic):
        if not attribute.HasAuthoredValue():
            yield Violation("static_friction", where, f"does not state {attribute.GetName()}; USD takes 0")
    yield from inspect_friction(where, static.Get(), dynamic.Get(), settings)
    yield from inspect_restitution(where, material.GetRestitutionAttr().Get())
