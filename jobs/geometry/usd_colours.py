"""Colours of a USD mesh: those of its materials, or else its display colour."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import warnings
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
_White = np.full(4, 255, np.uint8)


@dataclass
class Colours:
    """Of all meshes of a stage. `warnings`: what is lost, collected while meshes are looked at."""

    name: str
    folder: Path
    max_texture_pixels: int
    warnings: list[str] = field(default_factory=list)

    def of(self, mesh: UsdGeom.Mesh, surface: Surface) -> NDArray[np.uint8] | None:
        """(n, 4) sRGB and alpha: the mean over the corners around each point; None if the mesh says nothing.

        Raises:
            TextureTooLarge, ReferenceLeavesFolder: Of a material's texture.
        """
        corners = self._display_colours(mesh, surface)
        for material, chosen in self._materials(mesh, surface):
            painted = self._paint(material, mesh, surface, chosen)
            if painted is not None:
                corners = np.tile(_White, (len(surface.corners), 1)) if corners is None else corners
                corners[chosen] = painted
        if corners is None:
            return None
        total = np.zeros((len(surface.points), 4))
        np.add.at(total, surface.corners, corners)
        around = np.bincount(surface.corners, minlength=len(surface.points))[:, None]
        return np.where(around > 0, np.rint(total / np.maximum(around, 1)), 255).astype(np.uint8)

    def _materials(self, mesh: UsdGeom.Mesh, surface: Surface) -> list[tuple[UsdShade.Material, NDArray[np.int64]]]:
        """Bound materials and the corners that each is for; those of subsets after the one of the whole."""
        polygon_of_corner = np.repeat(np.arange(len(surface.sizes)), surface.sizes)
        found = [(UsdShade.MaterialBindingAPI(mesh.GetPrim()), np.arange(len(surface.corners)))]
        for subset in UsdShade.MaterialBindingAPI(mesh.GetPrim()).GetMaterialBindSubsets():
            polygons = np.asarray(subset.GetIndicesAttr().Get(_TIME) or [], np.int64)
            found.append(
                (UsdShade.MaterialBindingAPI(subset.GetPrim()), np.flatnonzero(np.isin(polygon_of_corner, polygons)))
            )
        bound = [(binding.ComputeBoundMaterial()[0], corners) for binding, corners in found]
        return [(material, corners) for material, corners in bound if material]

    def _paint(
        self, material: UsdShade.Material, mesh: UsdGeom.Mesh, surface: Surface, chosen: NDArray[np.int64]
    ) -> NDArray[np.uint8] | None:
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
            return None if value is None else srgb_from_linear(np.array([value], np.float64))
        source = UsdShade.Shader(attributes[0].GetPrim())
        if source.GetIdAttr().Get() != "UsdUVTexture":
            return None
        return self._texels(source, mesh, surface, chosen)

    def _texels(
        self, texture: UsdShade.Shader, mesh: UsdGeom.Mesh, surface: Surface, chosen: NDArray[np.int64]
    ) -> NDArray[np.uint8] | None:
        asset = texture.GetInput("file").Get(_TIME) if texture.GetInput("file") else None
        if asset is None:
            return None
        picture = self._open(asset)
        uv = _per_corner(UsdGeom.PrimvarsAPI(mesh.GetPrim()).FindPrimvarWithInheritance(_uv_name(texture)), surface)
        if picture is None or uv is None:
            return None
        with picture:
            try:
                return look_up(picture, uv[chosen])
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

    def _display_colours(self, mesh: UsdGeom.Mesh, surface: Surface) -> NDArray[np.uint8] | None:
        primvar = UsdGeom.PrimvarsAPI(mesh.GetPrim()).FindPrimvarWithInheritance("displayColor")
        linear = _per_corner(primvar, surface)
        return None if linear is None else srgb_from_linear(linear)


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
