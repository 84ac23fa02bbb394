"""Meshes and primitives as a stage has them."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pxr import Gf, Usd, UsdGeom

from jobs.geometry.polygons import fan
from jobs.simready.collision.shape import PrimitiveKind
from jobs.simready.inspection.body import Surface, tessellate


def matrix_of(transform: Gf.Matrix4d) -> NDArray[np.float64]:
    """(4, 4) for column vectors; USD's are for rows."""
    return np.array(transform, float).T


def read_surface(prim: Usd.Prim, poses: UsdGeom.XformCache) -> Surface:
    """A mesh or primitive, in the world."""
    T_world_prim = matrix_of(poses.GetLocalToWorldTransform(prim))
    points, faces = _mesh(UsdGeom.Mesh(prim)) if prim.IsA(UsdGeom.Mesh) else _primitive(prim)
    points_m = points @ T_world_prim[:3, :3].T + T_world_prim[:3, 3]
    return Surface(f"usd {prim.GetPath()}", points_m, faces, not prim.IsA(UsdGeom.Mesh))


def _mesh(mesh: UsdGeom.Mesh) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points (n, 3) and triangles (m, 3); none where the counts of corners do not add up."""
    points = np.asarray(mesh.GetPointsAttr().Get() or [], np.float64).reshape(-1, 3)
    corners = np.asarray(mesh.GetFaceVertexIndicesAttr().Get() or [], np.int64)
    sizes = np.asarray(mesh.GetFaceVertexCountsAttr().Get() or [], np.int64)
    if sizes.sum() != len(corners):
        return points, np.empty((0, 3), np.int64)
    return points, fan(sizes, corners)[0]


def _primitive(prim: Usd.Prim) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points (n, 3) and triangles (m, 3); none of a kind that this job does not write."""
    if prim.IsA(UsdGeom.Cube):
        return tessellate("box", (UsdGeom.Cube(prim).GetSizeAttr().Get(),) * 3)
    if prim.IsA(UsdGeom.Sphere):
        return tessellate("sphere", (UsdGeom.Sphere(prim).GetRadiusAttr().Get(),))
    if prim.IsA(UsdGeom.Cylinder):
        return _round("cylinder", UsdGeom.Cylinder(prim))
    if prim.IsA(UsdGeom.Capsule):
        return _round("capsule", UsdGeom.Capsule(prim))
    return np.empty((0, 3)), np.empty((0, 3), np.int64)


def _round(
    kind: PrimitiveKind, shape: UsdGeom.Cylinder | UsdGeom.Capsule
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    points, faces = tessellate(kind, (shape.GetRadiusAttr().Get(), shape.GetHeightAttr().Get()))
    # From along z to along another axis by exchanging coordinates in turn, so that nothing is mirrored.
    return np.roll(points, {"X": 1, "Y": 2, "Z": 0}[shape.GetAxisAttr().Get()], axis=1), faces
