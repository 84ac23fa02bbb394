"""Whatever colours a loaded mesh has, as one colour per vertex, and between the vertices where a picture has more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image
from trimesh.visual import ColorVisuals, TextureVisuals, to_rgba
from trimesh.visual.material import PBRMaterial, SimpleMaterial

from jobs.geometry.colour_space import srgb_from_linear
from jobs.geometry.errors import TextureTooLarge, UnreadableMesh
from jobs.geometry.formats import is_gltf
from jobs.geometry.texels import look_up


@dataclass(frozen=True)
class Baked:
    """Colours (n, 4), sRGB and alpha, of the vertices; None if the mesh says nothing about its colour. `picture`: what
    says it between them, at coordinates `uv` (n, 2) of the vertices."""

    vertices: NDArray[np.uint8] | None
    picture: Image.Image | None = None
    uv: NDArray[np.float64] | None = None

    def between(self, corners: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Colours (k, 4) at weighted means (k, 3) of vertices (k, 3); white where nothing is said."""
        if self.picture is not None and self.uv is not None:
            return look_up(self.picture, np.einsum("kc,kcd->kd", weights, self.uv[corners]))
        if self.vertices is None:
            return np.full((len(corners), 4), 255, np.uint8)
        return np.rint(np.einsum("kc,kcd->kd", weights, self.vertices[corners].astype(np.float64))).astype(np.uint8)


def bake_colours(path: Path, mesh: trimesh.Trimesh, max_texture_pixels: int) -> Baked:
    """Vertex colours, the mean of face colours, the texture, or the material's colour.

    Raises:
        TextureTooLarge: By the header of an embedded texture.
        UnreadableMesh: An embedded texture is damaged.
    """
    visual = mesh.visual
    if isinstance(visual, ColorVisuals):
        return Baked(_to_srgb(path, visual.vertex_colors) if visual.kind in ("vertex", "face") else None)
    if not isinstance(visual, TextureVisuals):
        return Baked(None)
    picture, plain = _base_colour(visual.material)
    uv = visual.uv
    if picture is None or uv is None or len(uv) != len(mesh.vertices):
        beside = visual.vertex_attributes.get("color")
        beside = mesh.vertex_attributes.get("color") if beside is None else beside  # an OBJ with a material
        if beside is not None and len(beside) == len(mesh.vertices):
            return Baked(_to_srgb(path, beside))
        return Baked(None if plain is None else np.tile(_to_srgb(path, plain), (len(mesh.vertices), 1)))
    if picture.width * picture.height > max_texture_pixels:
        raise TextureTooLarge(path.name, "embedded", picture.width * picture.height, max_texture_pixels)
    places = np.asarray(uv, np.float64)
    try:
        decoded = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError) as error:
        raise UnreadableMesh(path.name, f"its texture is damaged ({error})") from error
    return Baked(look_up(decoded, places), decoded, places)


def _to_srgb(path: Path, stored: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Colours (n, 3 or 4), or one, as the file has them, to (n, 4); those of glTF are linear, of any type."""
    if not is_gltf(path):
        return np.atleast_2d(np.asarray(to_rgba(stored), np.uint8))
    most = np.iinfo(str(stored.dtype)).max if np.issubdtype(stored.dtype, np.integer) else 1
    linear = np.atleast_2d(stored).astype(np.float64) / most
    colours = srgb_from_linear(linear)
    if linear.shape[1] == 4:
        colours[:, 3] = np.rint(255 * np.nan_to_num(linear[:, 3], nan=1.0).clip(0, 1))
    return colours


def _base_colour(material: object) -> tuple[Image.Image | None, NDArray[np.generic] | None]:
    """Texture and plain colour, where the file has them.

    For a material that was named and not found trimesh makes up both: that picture has no format, that colour no Kd.
    """
    if isinstance(material, PBRMaterial):
        return material.baseColorTexture, material.baseColorFactor
    if isinstance(material, SimpleMaterial):
        picture = material.image if getattr(material.image, "format", None) else None
        return picture, material.diffuse if "kd" in material.kwargs else None
    return None, None
