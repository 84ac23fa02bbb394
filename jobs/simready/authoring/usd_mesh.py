"""Triangle meshes in USD."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import numpy as np
import trimesh
from numpy.typing import NDArray
from pxr import Sdf, Usd, UsdGeom, Vt

from jobs.simready.appearance.texture import Texture
from jobs.simready.authoring.parts import UNCOLOURED_RGB


def author_mesh(stage: Usd.Stage, path: Sdf.Path, mesh: trimesh.Trimesh) -> UsdGeom.Mesh:
    """Author points [m], faces, extent and a normal per face, not to be subdivided."""
    points = np.ascontiguousarray(mesh.vertices, np.float32)
    faces = np.ascontiguousarray(mesh.faces, np.int32)
    prim = UsdGeom.Mesh.Define(stage, path)
    prim.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(points))
    prim.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(faces.ravel()))
    prim.CreateFaceVertexCountsAttr(Vt.IntArray.FromNumpy(np.full(len(faces), 3, np.int32)))
    prim.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    prim.CreateExtentAttr(Vt.Vec3fArray.FromNumpy(np.stack([points.min(axis=0), points.max(axis=0)])))
    prim.CreateNormalsAttr(Vt.Vec3fArray.FromNumpy(_face_normals(np.asarray(mesh.triangles, np.float64))))
    prim.SetNormalsInterpolation(UsdGeom.Tokens.uniform)
    return prim


def author_texture_coordinates(mesh: UsdGeom.Mesh, uv: NDArray[np.float64]) -> None:
    """Author `uv` (m, 3, 2) of the faces' corners as the primvar `st`."""
    kind = Sdf.ValueTypeNames.TexCoord2fArray
    primvar = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar("st", kind, UsdGeom.Tokens.faceVarying)
    primvar.Set(Vt.Vec2fArray.FromNumpy(np.ascontiguousarray(uv.reshape(-1, 2), np.float32)))


def author_display_colour(mesh: UsdGeom.Mesh, texture: Texture | None) -> None:
    """Author the colour that is shown where no material is: of each face, from the middle of its piece of the picture.

    Linear, as USD has colours without a colour space of their own.
    """
    colours, interpolation = np.array([UNCOLOURED_RGB]), UsdGeom.Tokens.constant
    if texture is not None:
        colours, interpolation = _face_colours(texture), UsdGeom.Tokens.uniform
    primvar = mesh.CreateDisplayColorPrimvar(interpolation)
    primvar.Set(Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(colours, np.float32)))


def _face_colours(texture: Texture) -> NDArray[np.float64]:
    """(m, 3) linear, of the texels in the faces' centroids."""
    picture = np.asarray(texture.picture.convert("RGB"), np.float64) / 255
    height, width = picture.shape[:2]
    u, v = texture.uv.mean(axis=1).T
    column = np.clip((u * width).astype(np.int64), 0, width - 1)
    row = np.clip(((1 - v) * height).astype(np.int64), 0, height - 1)
    return _linear(picture[row, column])


def _linear(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Source: IEC 61966-2-1."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _face_normals(triangles_m: NDArray[np.float64]) -> NDArray[np.float32]:
    """(m, 3) of unit length; +z for a face without area."""
    normals = np.cross(triangles_m[:, 1] - triangles_m[:, 0], triangles_m[:, 2] - triangles_m[:, 0])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    up = np.array([0.0, 0.0, 1.0])
    return np.ascontiguousarray(np.where(lengths > 0, normals / np.where(lengths > 0, lengths, 1), up), np.float32)
