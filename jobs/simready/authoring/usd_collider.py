"""Shapes that collide in USD: convex meshes, and UsdGeom's own primitives."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics

from jobs.simready.authoring.usd_mesh import author_mesh
from jobs.simready.collision.shape import Shape


def author_collider(stage: Usd.Stage, path: Sdf.Path, shape: Shape) -> Usd.Prim:
    """Author a shape [m] that collides and is not rendered."""
    if shape.kind == "hull":
        geometry = author_mesh(stage, path, shape.mesh)
        UsdPhysics.MeshCollisionAPI.Apply(geometry.GetPrim()).CreateApproximationAttr(UsdPhysics.Tokens.convexHull)
    else:
        geometry = _author_primitive(stage, path, shape)
    geometry.CreatePurposeAttr(UsdGeom.Tokens.guide)
    UsdPhysics.CollisionAPI.Apply(geometry.GetPrim())
    return geometry.GetPrim()


def _author_primitive(stage: Usd.Stage, path: Sdf.Path, shape: Shape) -> UsdGeom.Gprim:
    """A box is a unit cube, scaled: UsdGeom has no other."""
    if shape.kind == "box":
        geometry = UsdGeom.Cube.Define(stage, path)
        geometry.CreateSizeAttr(1.0)
    elif shape.kind == "sphere":
        geometry = UsdGeom.Sphere.Define(stage, path)
        geometry.CreateRadiusAttr(shape.size_m[0])
    else:
        geometry = (UsdGeom.Cylinder if shape.kind == "cylinder" else UsdGeom.Capsule).Define(stage, path)
        geometry.CreateRadiusAttr(shape.size_m[0])
        geometry.CreateHeightAttr(shape.size_m[1])
        geometry.CreateAxisAttr(UsdGeom.Tokens.z)
    geometry.CreateExtentAttr(UsdGeom.Boundable.ComputeExtentFromPlugins(geometry, Usd.TimeCode.Default()))
    w, *xyz = shape.orientation_wxyz
    geometry.AddTranslateOp().Set(Gf.Vec3d(*shape.position_m))
    geometry.AddOrientOp(UsdGeom.XformOp.PrecisionDouble).Set(Gf.Quatd(w, *xyz))
    if shape.kind == "box":
        geometry.AddScaleOp(UsdGeom.XformOp.PrecisionDouble).Set(Gf.Vec3d(*shape.size_m))
    return geometry
