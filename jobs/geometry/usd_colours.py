"""Colours of a USD mesh: those of its materials, or else its display colour."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pxr import Sdf, Usd, UsdGeom, UsdShade

from jobs.geometry.colour_space import srgb_from_linear
from jobs.geometry.errors import ReferenceLeavesFolder, TextureTooLarge
from jobs.geometry.texels import look_up
from jobs.geometry.usd_surface import Surface

_TIME = Usd.TimeCode.EarliestTime()
_WHITE = np.full(4, 255, np.uint8)


@dataclass(frozen=True)
class Between:
    """Points between those of a mesh: `corners` (k, 3) of its polygons, of which each is the weighted mean, and their
    `weights` (k, 3)."""

    corners: NDArray[np.int64]
    weights: NDArray[np.float64]


@dataclass(frozen=True)
class Painted:
    """sRGB and alpha: `points` (n, 4) of a mesh, each the mean over the corners around it, and `between` them (k, 4);
    None if the mesh says nothing. `has_picture`: whether a picture says it."""

    points: NDArray[np.uint8] | None = None
    between: NDArray[np.uint8] | None = None
    has_picture: bool = False


@dataclass(frozen=True)
class _Coat:
    """What corners (c,) of polygons are painted with: colours (c, 4), or places (c, 2) in a `picture`."""

    values: NDArray[np.uint8] | NDArray[np.float64]
    picture: Image.Image | None = None

    def at(self, corners: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.uint8]:
        """(k, 4) at weighted means (k, j) of corners (k, j)."""
        mean = np.einsum("kj,kjd->kd", weights, self.values[corners].astype(np.float64))
        return np.rint(mean).astype(np.uint8) if self.picture is None else look_up(self.picture, mean)


@dataclass
class Colours:
    """Of all meshes of a stage. `warnings`: what is lost, collected while meshes are looked at."""

    name: str
    folder: Path
    max_texture_pixels: int
    warnings: list[str] = field(default_factory=list)

    def of(self, mesh: UsdGeom.Mesh, surface: Surface, between: Between) -> Painted:
        """Its materials' colours, and where those say nothing, its display colour.

        Raises:
            TextureTooLarge, ReferenceLeavesFolder: Of a material's texture.
        """
        corners = np.tile(_WHITE, (len(surface.corners), 1))
        points = np.tile(_WHITE, (len(between.weights), 1))
        coated, has_picture = False, False
        for coat, chosen in self._coats(mesh, surface):
            coated, has_picture = True, has_picture or coat.picture is not None
            own, shown = np.flatnonzero(chosen), chosen[between.corners[:, 0]]
            corners[own] = coat.at(own[:, None], np.ones((len(own), 1)))
            points[shown] = coat.at(between.corners[shown], between.weights[shown])
        if not coated:
            return Painted()
        total = np.zeros((len(surface.points), 4))
        np.add.at(total, surface.corners, corners)
        around = np.bincount(surface.corners, minlength=len(surface.points))[:, None]
        mean = np.where(around > 0, np.rint(total / np.maximum(around, 1)), 255).astype(np.uint8)
        return Painted(mean, points, has_picture)

    def _coats(self, mesh: UsdGeom.Mesh, surface: Surface) -> Iterator[tuple[_Coat, NDArray[np.bool_]]]:
        """One over the other, each with the corners (c,) that it is for. Pictures are decoded one at a time."""
        primvar = UsdGeom.PrimvarsAPI(mesh.GetPrim()).FindPrimvarWithInheritance("displayColor")
        linear = _per_corner(primvar, surface)
        if linear is not None:
            yield _Coat(srgb_from_linear(linear)), np.ones(len(surface.corners), np.bool_)
        for material, chosen in self._materials(mesh, surface):
            coat = self._find_coat(material, mesh, surface)
            if coat is not None:
                yield coat, chosen

    def _materials(self, mesh: UsdGeom.Mesh, surface: Surface) -> list[tuple[UsdShade.Material, NDArray[np.bool_]]]:
        """Bound materials and the corners that each is for; those of subsets after the one of the whole."""
        polygon_of_corner = np.repeat(np.arange(len(surface.sizes)), surface.sizes)
        found = [(UsdShade.MaterialBindingAPI(mesh.GetPrim()), np.ones(len(surface.corners), np.bool_))]
        for subset in UsdShade.MaterialBindingAPI(mesh.GetPrim()).GetMaterialBindSubsets():
            polygons = np.asarray(subset.GetIndicesAttr().Get(_TIME) or [], np.int64)
            found.append((UsdShade.MaterialBindingAPI(subset.GetPrim()), np.isin(polygon_of_corner, polygons)))
        bound = [(binding.ComputeBoundMaterial()[0], corners) for binding, corners in found]
        return [(material, corners) for material, corners in bound if material]

    def _find_coat(self, material: UsdShade.Material, mesh: UsdGeom.Mesh, surface: Surface) -> _Coat | None:
        shader = material.ComputeSurfaceSource()[0]
        diffuse = (
            shader.GetInput("diffuseColor") if shader and shader.GetIdAttr().Get() == "UsdPreviewSurface" else None
        )
        if not diffuse:
            return None
        attributes = diffuse.GetValueProducingAttributes()
        if not attributes:
            return None
        if UsdShade.Utils.GetType(attributes[0].GetName()) == UsdShade.AttributeType.Input:
            value = attributes[0].Get(_TIME)
            if value is None:
                return None
            return _Coat(np.tile(srgb_from_linear(np.array([value], np.float64)), (len(surface.corners), 1)))
        source = UsdShade.Shader(attributes[0].GetPrim())
        return self._find_picture(source, mesh, surface) if source.GetIdAttr().Get() == "UsdUVTexture" else None

    def _find_picture(self, texture: UsdShade.Shader, mesh: UsdGeom.Mesh, surface: Surface) -> _Coat | None:
        asset = texture.GetInput("file").Get(_TIME) if texture.GetInput("file") else None
        if asset is None:
            return None
        picture = self._open(asset)
        uv = _per_corner(UsdGeom.PrimvarsAPI(mesh.GetPrim()).FindPrimvarWithInheritance(_uv_name(texture)), surface)
        if picture is None or uv is None:
            return None
        with picture:
            try:
                return _Coat(uv, picture.convert("RGBA"))
            except (OSError, ValueError, SyntaxError) as error:
                self._lose(asset.path, f"is damaged ({error})")
                return None

    def _open(self, asset: Sdf.AssetPath) -> Image.Image | None:
        path = Path(asset.resolvedPath).resolve() if asset.resolvedPath else None
        if path is None:
            if asset.path.startswith("/") or "://" in asset.path or ".." in Path(asset.path).parts:
                raise ReferenceLeavesFolder(self.name, asset.path)
            return self._lose(asset.path, "is not there")
        if not path.is_relative_to(self.folder):
            raise ReferenceLeavesFolder(self.name, asset.path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                picture = Image.open(path)
        except Image.DecompressionBombError as error:
            pixels = 2 * (Image.MAX_IMAGE_PIXELS or 0)
            raise TextureTooLarge(self.name, asset.path, pixels, self.max_texture_pixels) from error
        except (OSError, ValueError) as error:
            return self._lose(asset.path, f"cannot be read ({error})")
        if picture.width * picture.height > self.max_texture_pixels:
            picture.close()
            raise TextureTooLarge(self.name, asset.path, picture.width * picture.height, self.max_texture_pixels)
        return picture

    def _lose(self, texture: str, why: str) -> None:
        self.warnings.append(f"the texture '{texture}' of '{self.name}' {why}; its colours are lost")


def _uv_name(texture: UsdShade.Shader) -> str:
    """The primvar that the texture's coordinates come from; `st` where nothing says."""
    source = texture.GetInput("st").GetConnectedSources()[0] if texture.GetInput("st") else []
    if not source:
        return "st"
    name = UsdShade.Shader(source[0].source.GetPrim()).GetInput("varname")
    produced = name.GetValueProducingAttributes() if name else []
    return str(produced[0].Get(_TIME) or "st") if produced else "st"


def _per_corner(primvar: UsdGeom.Primvar, surface: Surface) -> NDArray[np.float64] | None:
    """A primvar's values (k, d) at the corners of the polygons, or None if it has none, or not as many as it must."""
    value = primvar.ComputeFlattened(_TIME) if primvar and primvar.HasValue() else None
    if value is None:
        return None
    values = np.asarray(value, np.float64)
    values = values.reshape(len(values), -1) if values.size else values.reshape(0, 1)
    index = {
        UsdGeom.Tokens.constant: np.zeros(len(surface.corners), np.int64),
        UsdGeom.Tokens.uniform: np.repeat(np.arange(len(surface.sizes)), surface.sizes),
        UsdGeom.Tokens.faceVarying: np.arange(len(surface.corners)),
    }.get(primvar.GetInterpolation(), surface.corners)
    return values[index] if len(values) > index.max(initial=-1) else None
