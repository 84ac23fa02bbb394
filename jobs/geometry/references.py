"""Files that a mesh file refers to: materials, textures, buffers."""

from __future__ import annotations

import warnings
from pathlib import Path
from urllib.parse import unquote

from PIL import Image

from jobs.geometry.errors import MeshFileTooLarge, ReferenceLeavesFolder, TextureTooLarge, UnreadableMesh
from jobs.geometry.formats import format_of, is_gltf
from jobs.geometry.glb_header import external_uris, read_gltf_header

_LONGEST_MATERIAL_BYTES = 10_000_000


def require_local_references(path: Path, max_file_bytes: int, max_texture_pixels: int) -> tuple[str, ...]:
    """Look at every file that the mesh refers to, without decoding any.

    Returns:
        Warnings about materials and textures that are missing or unreadable; the mesh is whole without them.

    Raises:
        ReferenceLeavesFolder: A reference points out of the mesh's folder.
        MeshFileTooLarge: A file that holds geometry.
        TextureTooLarge: By its header.
        UnreadableMesh: A file that holds geometry is missing.
    """
    if format_of(path) == "obj":
        return _obj_warnings(path, max_texture_pixels)
    if is_gltf(path):
        return _gltf_warnings(path, max_file_bytes, max_texture_pixels)
    return ()


def _obj_warnings(path: Path, max_pixels: int) -> tuple[str, ...]:
    found: list[str] = []
    for name in dict.fromkeys(_statements(path, "mtllib")):
        material = locate(path, name)
        if not material.is_file():
            found.append(f"'{path.name}' refers to the material '{name}', which is not there; its colours are lost")
        elif material.stat().st_size > _LONGEST_MATERIAL_BYTES:
            raise UnreadableMesh(path.name, f"its material '{name}' has {material.stat().st_size:,} bytes")
        else:
            found += _material_warnings(path, material, max_pixels)
    return tuple(found)


def _material_warnings(path: Path, material: Path, max_pixels: int) -> list[str]:
    found: list[str] = []
    for statement in ("map_Kd", "map_Ka", "map_Ks", "map_Bump", "map_bump", "bump", "map_d"):
        for value in dict.fromkeys(_statements(material, statement)):
            texture = locate(path, value)
            if statement == "map_Kd":
                found += _texture_warnings(path, value, texture, max_pixels)
    return found


def _gltf_warnings(path: Path, max_file_bytes: int, max_pixels: int) -> tuple[str, ...]:
    try:
        buffers, images = external_uris(read_gltf_header(path)[0])
    except (TypeError, AttributeError) as error:
        raise UnreadableMesh(path.name, f"its description is damaged ({error!r})") from error
    for uri in buffers:
        buffer = locate(path, uri)
        if not buffer.is_file():
            raise UnreadableMesh(path.name, f"its buffer '{uri}' is not there")
        if buffer.stat().st_size > max_file_bytes:
            raise MeshFileTooLarge(buffer.name, buffer.stat().st_size, max_file_bytes)
    return tuple(warning for uri in images for warning in _texture_warnings(path, uri, locate(path, uri), max_pixels))


def _texture_warnings(path: Path, name: str, texture: Path, max_pixels: int) -> list[str]:
    if not texture.is_file():
        return [f"'{path.name}' refers to the texture '{name}', which is not there; its colours are lost"]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(texture) as picture:
                width, height = picture.size
    except Image.DecompressionBombError as error:
        raise TextureTooLarge(path.name, name, 2 * (Image.MAX_IMAGE_PIXELS or 0), max_pixels) from error
    except (OSError, ValueError) as error:
        return [f"the texture '{name}' of '{path.name}' cannot be read ({error}); its colours are lost"]
    if width * height > max_pixels:
        raise TextureTooLarge(path.name, name, width * height, max_pixels)
    return []


def locate(path: Path, reference: str) -> Path:
    """The file in the folder of `path` that `reference` means; symbolic links do not lead out either.

    Raises:
        ReferenceLeavesFolder: It is not below that folder.
    """
    folder = path.parent.resolve()
    try:
        target = (folder / unquote(reference).replace("\\", "/")).resolve()
    except (OSError, ValueError) as error:
        raise ReferenceLeavesFolder(path.name, reference) from error
    if not target.is_relative_to(folder) or "://" in reference:
        raise ReferenceLeavesFolder(path.name, reference)
    return target


def _statements(path: Path, keyword: str) -> list[str]:
    """What follows `keyword` in a text file of statements, one a line; options before a file name are left out."""
    with path.open("r", encoding="utf-8", errors="replace") as file:
        values = [line.strip()[len(keyword) :].strip() for line in file if line.split(maxsplit=1)[:1] == [keyword]]
    return [value.split()[-1] if value.startswith("-") else value for value in values if value]
