"""USD stages, written by the library itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import trimesh
from pxr import Gf, Sdf, Usd, UsdGeom, UsdShade, Vt

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.content import Content
from jobs.geometry.usd_stage import read_stage

LIMITS = MeshLimits(max_faces=1000)
WEDGE = trimesh.Trimesh(
    [[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]], [[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]], process=False
)
"""A corner of a box of 1 x 2 x 3: no two axes alike, volume 1."""


def new_stage(path: Path, metres_per_unit: float | None = 1.0, up: str | None = "Z") -> Usd.Stage:
    stage = Usd.Stage.CreateNew(str(path))
    if metres_per_unit is not None:
        UsdGeom.SetStageMetersPerUnit(stage, metres_per_unit)
    if up is not None:
        UsdGeom.SetStageUpAxis(stage, up)
    return stage


def add_mesh(stage: Usd.Stage, path: str, mesh: trimesh.Trimesh = WEDGE, **changes: object) -> UsdGeom.Mesh:
    """`changes`: arrays instead of the mesh's own, by the attribute's name."""
    arrays = {
        "points": Vt.Vec3fArray.FromNumpy(np.asarray(mesh.vertices, np.float32)),
        "faceVertexIndices": Vt.IntArray.FromNumpy(np.asarray(mesh.faces, np.int32).ravel()),
        "faceVertexCounts": Vt.IntArray([3] * len(mesh.faces)),
    }
    prim = UsdGeom.Mesh.Define(stage, path)
    for name, value in (arrays | changes).items():
        prim.GetPrim().GetAttribute(name).Set(value)
    return prim


def move(prim: UsdGeom.Mesh, x: float, y: float, z: float) -> None:
    UsdGeom.Xformable(prim).AddTranslateOp().Set(Gf.Vec3d(x, y, z))


def paint(stage: Usd.Stage, prim: Usd.Prim, path: str, *, texture: str = "", colour: object = None) -> None:
    """Bind a UsdPreviewSurface with a texture over `st`, or with one linear colour."""
    material = UsdShade.Material.Define(stage, path)
    shader = UsdShade.Shader.Define(stage, f"{path}/surface")
    shader.CreateIdAttr("UsdPreviewSurface")
    diffuse = shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
    if texture:
        source = UsdShade.Shader.Define(stage, f"{path}/texture")
        source.CreateIdAttr("UsdUVTexture")
        source.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(Sdf.AssetPath(texture))
        diffuse.ConnectToSource(source.CreateOutput("rgb", Sdf.ValueTypeNames.Float3))
    else:
        diffuse.Set(colour)
    material.CreateSurfaceOutput().ConnectToSource(shader.CreateOutput("surface", Sdf.ValueTypeNames.Token))
    UsdShade.MaterialBindingAPI.Apply(prim).Bind(material)


def read(path: Path, limits: MeshLimits = LIMITS) -> Content:
    """In this process, which is quick, and safe with stages that the library wrote."""
    return read_stage(path.name, path.resolve(), limits)
