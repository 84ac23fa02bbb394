"""Whatever colours a loaded mesh has, as one colour per vertex."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image
from trimesh.visual import ColorVisuals, TextureVisuals, to_rgba
from trimesh.visual.material import PBRMaterial, SimpleMaterial

from jobs.geometry.errors import TextureTooLarge, UnreadableMesh


def bake_vertex_colours(path: Path, mesh: trimesh.Trimesh, max_texture_pixels: int) -> NDArray[np.uint8] | None:
    """Vertex colours, the mean of face colours, the texture under each vertex, or the material's colour.

    Returns:
        (n, 4) sRGB and alpha; None if the mesh says nothing about its colour.

    Raises:
        TextureTooLarge: By the header of an embedded texture.
        UnreadableMesh: An embedded texture is damaged.
    """
    visual = mesh.visual
    if isinstance(visual, ColorVisuals):
        return np.asarray(visual.vertex_colors, np.uint8) if visual.kind in ("vertex", "face") else None
    if not isinstance(visual, TextureVisuals):
        return None
    picture, plain = _base_colour(visual.material)
    uv = visual.uv
    if picture is None or uv is None or len(uv) != len(mesh.vertices):
        beside = visual.vertex_attributes.get("color")
        if beside is not None and len(beside) == len(mesh.vertices):
            return np.asarray(to_rgba(beside), np.uint8)
        return None if plain is None else np.tile(np.asarray(to_rgba(plain), np.uint8), (len(mesh.vertices), 1))
    if picture.width * picture.height > max_texture_pixels:
        raise TextureTooLarge(path.name, "embedded", picture.width * picture.height, max_texture_pixels)
    try:
        return _look_up(picture, np.nan_to_num(np.asarray(uv, np.float64), posinf=0.0, neginf=0.0))
    except (OSError, ValueError, SyntaxError) as error:
        raise UnreadableMesh(path.name, f"its texture is damaged ({error})") from error


def _look_up(picture: Image.Image, uv: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The texel at each (u, v); v points up, textures repeat."""
    texels = np.asarray(picture.convert("RGBA"))
    height, width = texels.shape[:2]
    column = np.floor(np.mod(uv[:, 0], 1.0) * width).astype(np.int64).clip(0, width - 1)
    row = np.floor(np.mod(1.0 - uv[:, 1], 1.0) * height).astype(np.int64).clip(0, height - 1)
    return texels[row, column]


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
