"""USDZ: one binary USD layer, and the picture on its surface, in an uncompressed archive."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.colour_space import linear_from_srgb
from jobs.geometry.glb_file import vertex_colours
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.formats.errors import FormatUnavailable
from jobs.reconstruction.formats.textured import TexturedSurface
from jobs.reconstruction.formats.writer import Original, Triangles, Written

if TYPE_CHECKING:
    from pxr import Usd, UsdGeom, UsdShade

_ROOT, _PICTURE = "object", "mesh.jpg"
_WRITTEN_AT = 1262304000
"""2010-01-01, which the archive keeps: the same mesh gives the same bytes."""


@dataclass(frozen=True)
class Usdz:
    """See `MeshWriter`."""

    precision: float = 2**-23

    def require_available(self) -> None:
        """Raises: FormatUnavailable."""
        try:
            import pxr  # noqa: F401  # it is asked for, not used
        except ModuleNotFoundError as error:
            raise FormatUnavailable("usdz", "the package 'usd-core' is not installed", "Run `make setup`.") from error

    def write(self, original: Original, folder: Path) -> Written:
        """Metres and Z up, said by the stage; a picture, else display colours, which are linear in USD."""
        from pxr import Sdf, Usd, UsdGeom

        layer, path = folder / "mesh.usdc", folder / "mesh.usdz"
        stage = Usd.Stage.CreateInMemory()
        UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
        UsdGeom.SetStageMetersPerUnit(stage, 1.0)
        stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, f"/{_ROOT}").GetPrim())
        prim = UsdGeom.Mesh.Define(stage, f"/{_ROOT}/mesh")
        files = [layer]
        if original.textured_glb is not None:
            surface = TexturedSurface.read(original.textured_glb)
            _author_surface(prim, surface.vertices, surface.faces)
            _author_picture(stage, prim, surface.uv)
            files.append(folder / _PICTURE)
            files[-1].write_bytes(surface.jpeg)
        else:
            _author_surface(prim, original.mesh.vertices, original.mesh.faces)
            _author_colours(stage, prim, vertex_colours(original.mesh))
        stage.GetRootLayer().Export(str(layer), args={"format": "usdc"})
        with Sdf.ZipFileWriter.CreateNew(str(path)) as archive:
            for file in files:
                os.utime(file, (_WRITTEN_AT, _WRITTEN_AT))
                archive.AddFile(str(file), file.name)
        for file in files:
            file.unlink()
        return Written(path)

    def read_back(self, path: Path) -> Triangles:
        """By the import, which reads stages of any make."""
        mesh = load_mesh(path, None, MeshLimits()).mesh
        return np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64)


def _author_surface(prim: UsdGeom.Mesh, vertices: NDArray[np.floating], corners: NDArray[np.int64]) -> None:
    from pxr import UsdGeom, Vt

    points, faces = np.ascontiguousarray(vertices, np.float32), np.ascontiguousarray(corners, np.int32)
    prim.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(points))
    prim.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(faces.ravel()))
    prim.CreateFaceVertexCountsAttr(Vt.IntArray.FromNumpy(np.full(len(faces), 3, np.int32)))
    prim.CreateExtentAttr(Vt.Vec3fArray.FromNumpy(np.stack([points.min(axis=0), points.max(axis=0)])))
    prim.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    prim.CreateOrientationAttr(UsdGeom.Tokens.rightHanded)


def _author_colours(stage: Usd.Stage, prim: UsdGeom.Mesh, colours: NDArray[np.uint8] | None) -> None:
    """The surface's colour is the display colour, for programs that show nothing without a material."""
    from pxr import Gf, Sdf, UsdGeom, UsdShade, Vt

    diffuse = _author_material(stage, prim)
    if colours is None:
        diffuse.Set(Gf.Vec3f(0.5))
    else:
        linear = np.ascontiguousarray(linear_from_srgb(colours), np.float32)
        prim.CreateDisplayColorPrimvar(UsdGeom.Tokens.vertex).Set(Vt.Vec3fArray.FromNumpy(linear))
        reader = UsdShade.Shader.Define(stage, f"/{_ROOT}/surface/colours")
        reader.CreateIdAttr("UsdPrimvarReader_float3")
        reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set("displayColor")
        diffuse.ConnectToSource(reader.CreateOutput("result", Sdf.ValueTypeNames.Float3))


def _author_picture(stage: Usd.Stage, prim: UsdGeom.Mesh, uv: NDArray[np.float64]) -> None:
    from pxr import Sdf, UsdGeom, UsdShade, Vt

    kind = Sdf.ValueTypeNames.TexCoord2fArray
    primvar = UsdGeom.PrimvarsAPI(prim).CreatePrimvar("st", kind, UsdGeom.Tokens.vertex)
    primvar.Set(Vt.Vec2fArray.FromNumpy(np.ascontiguousarray(uv, np.float32)))
    reader = UsdShade.Shader.Define(stage, f"/{_ROOT}/surface/coordinates")
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set("st")
    picture = UsdShade.Shader.Define(stage, f"/{_ROOT}/surface/picture")
    picture.CreateIdAttr("UsdUVTexture")
    picture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(Sdf.AssetPath(f"./{_PICTURE}"))
    picture.CreateInput("sourceColorSpace", Sdf.ValueTypeNames.Token).Set("sRGB")
    for wrap in ("wrapS", "wrapT"):
        picture.CreateInput(wrap, Sdf.ValueTypeNames.Token).Set("clamp")
    coordinates = reader.CreateOutput("result", Sdf.ValueTypeNames.Float2)
    picture.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(coordinates)
    diffuse = _author_material(stage, prim)
    diffuse.ConnectToSource(picture.CreateOutput("rgb", Sdf.ValueTypeNames.Float3))


def _author_material(stage: Usd.Stage, prim: UsdGeom.Mesh) -> UsdShade.Input:
    """A rough surface, bound to the mesh; returns its colour."""
    from pxr import Sdf, UsdShade

    material = UsdShade.Material.Define(stage, f"/{_ROOT}/surface")
    shader = UsdShade.Shader.Define(stage, f"/{_ROOT}/surface/shader")
    shader.CreateIdAttr("UsdPreviewSurface")
    shader.CreateInput("roughness", Sdf.ValueTypeNames.Float).Set(0.8)
    material.CreateSurfaceOutput().ConnectToSource(shader.CreateOutput("surface", Sdf.ValueTypeNames.Token))
    UsdShade.MaterialBindingAPI.Apply(prim.GetPrim()).Bind(material)
    return shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
