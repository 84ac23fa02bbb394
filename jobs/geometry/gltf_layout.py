"""Whether everything that a glTF describes lies inside the bytes that it has. glTF 2.0, section 3.6."""

from __future__ import annotations

import binascii
from pathlib import Path
from typing import Any

from jobs.geometry.errors import UnreadableMesh, UnsupportedMesh
from jobs.geometry.references import locate

_COMPONENT_BYTES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
_COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_COMPRESSED = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression")
_HARMLESS = ("KHR_materials_", "KHR_lights_punctual", "KHR_xmp", "EXT_texture_webp")
"""Prefixes of extensions that change neither the surface nor its base colour."""


def require_sound_gltf(path: Path, header: dict[str, Any], binary_bytes: int) -> None:
    """Hold extensions, buffers, views and accessors against each other.

    Raises:
        UnsupportedMesh: It needs an extension, or sparse accessors.
        UnreadableMesh: Something lies outside of what contains it.
    """
    try:
        _require_known_extensions(path, header)
        buffers = [_require_buffer(path, item, binary_bytes) for item in header.get("buffers", [])]
        views = [_require_view(path, item, buffers) for item in header.get("bufferViews", [])]
        for number, accessor in enumerate(header.get("accessors", [])):
            _require_accessor(path, number, accessor, views)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableMesh(path.name, f"its description is damaged ({error!r})") from error


def _require_known_extensions(path: Path, header: dict[str, Any]) -> None:
    version = str(header["asset"]["version"])
    if not version.startswith("2."):
        raise UnreadableMesh(path.name, f"it is glTF version {version[:10]}, not 2")
    for name in header.get("extensionsRequired", []):
        if not name.startswith(_HARMLESS):
            raise UnsupportedMesh(path.name, f"the extension {name[:60]}")
    for name in header.get("extensionsUsed", []):
        if name in _COMPRESSED:
            raise UnsupportedMesh(path.name, f"the extension {name}")


def _require_buffer(path: Path, buffer: dict[str, Any], binary_bytes: int) -> int:
    uri = buffer.get("uri")
    if uri is None:
        there = binary_bytes
    elif uri.startswith("data:"):
        there = len(binascii.a2b_base64(uri.partition("base64,")[2]))
    else:
        there = locate(path, uri).stat().st_size
    said = _count(buffer["byteLength"])
    if said > there:
        raise UnreadableMesh(path.name, f"a buffer says it has {said:,} bytes and has {there:,}")
    return said


def _require_view(path: Path, view: dict[str, Any], buffers: list[int]) -> tuple[int, int]:
    """Its bytes, and its stride; 0 where elements lie side by side."""
    size, start = _count(view["byteLength"]), _count(view.get("byteOffset", 0))
    if start + size > buffers[_count(view["buffer"])]:
        raise UnreadableMesh(path.name, "a part of a buffer lies beyond its end")
    return size, _count(view.get("byteStride", 0))


def _require_accessor(path: Path, number: int, accessor: dict[str, Any], views: list[tuple[int, int]]) -> None:
    if "sparse" in accessor:
        raise UnsupportedMesh(path.name, "a sparse accessor")
    if "bufferView" not in accessor:
        raise UnsupportedMesh(path.name, f"an accessor without data (number {number})")
    size, stride = views[_count(accessor["bufferView"])]
    element = _COMPONENT_BYTES[accessor["componentType"]] * _COMPONENTS[accessor["type"]]
    count = _count(accessor["count"])
    end = _count(accessor.get("byteOffset", 0)) + (stride or element) * max(count - 1, 0) + element * min(count, 1)
    if end > size:
        raise UnreadableMesh(path.name, f"accessor number {number} reaches beyond the data: {end:,} of {size:,} bytes")


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{str(value)[:20]!r} is not a count")
    return value
