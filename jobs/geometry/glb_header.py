"""The JSON part of a glTF, binary or not, read without touching what it describes. glTF 2.0, sections 3 and 4."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Any

from jobs.geometry.errors import UnreadableMesh
from jobs.geometry.formats import format_of

_MAGIC, _JSON_CHUNK = b"glTF", 0x4E4F534A
_GLB_START, _CHUNK_START = 20, 8
_TRIANGLES = 4
_LONGEST_JSON_BYTES = 200_000_000


def read_gltf_header(path: Path) -> tuple[dict[str, Any], int]:
    """The glTF document of a GLB or a GLTF.

    Returns:
        It, and how many bytes the binary part beside it has; 0 for a GLTF.

    Raises:
        UnreadableMesh: It is no glTF of version 2, or shorter than it says.
    """
    text, binary_bytes = (path.read_bytes(), 0) if format_of(path) == "gltf" else _glb_json(path)
    if len(text) > _LONGEST_JSON_BYTES:
        raise UnreadableMesh(path.name, f"its JSON part has {len(text):,} bytes; put the data into a binary file")
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableMesh(path.name, f"its JSON part is damaged ({error})") from error
    if not isinstance(header, dict):
        raise UnreadableMesh(path.name, "its JSON part is not an object")
    return header, binary_bytes


def _glb_json(path: Path) -> tuple[bytes, int]:
    with path.open("rb") as file:
        start = file.read(_GLB_START)
        if len(start) < _GLB_START or start[:4] != _MAGIC:
            raise UnreadableMesh(path.name, "it does not start like a GLB file")
        version, length, json_length, chunk_type = struct.unpack("<4I", start[4:])
        size = path.stat().st_size
        if version != 2 or chunk_type != _JSON_CHUNK:
            raise UnreadableMesh(path.name, f"it is glTF version {version}, not a version 2 binary")
        if length > size or json_length > size - _GLB_START:
            raise UnreadableMesh(path.name, f"it says it has {length:,} bytes and has {size:,}")
        return file.read(json_length), max(0, size - _GLB_START - json_length - _CHUNK_START)


def read_glb_chunks(path: Path) -> tuple[dict[str, Any], bytes]:
    """The document and the binary part of a GLB.

    Raises:
        UnreadableMesh: See `read_gltf_header`.
    """
    header, size = read_gltf_header(path)
    with path.open("rb") as file:
        file.seek(-size, os.SEEK_END)
        return header, file.read()


def count_gltf(header: dict[str, Any]) -> tuple[int, int]:
    """Triangles of the whole scene, instances counted each time, and the largest count of any accessor.

    Raises:
        KeyError, IndexError, TypeError, AttributeError: References lead nowhere.
        ValueError: The nodes are not a tree.
    """
    accessors = header.get("accessors", [])
    per_mesh = [sum(_triangles(part, accessors) for part in mesh["primitives"]) for mesh in header.get("meshes", [])]
    nodes = header.get("nodes", [])
    children = [child for node in nodes for child in node.get("children", [])]
    if len(children) != len(set(children)):
        raise ValueError("a node has two parents")
    faces = sum(per_mesh[node["mesh"]] for node in nodes if "mesh" in node)
    return faces, max((int(accessor["count"]) for accessor in accessors), default=0)


def external_uris(header: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Files that buffers and that images refer to; embedded data is not among them."""
    return _uris(header.get("buffers", [])), _uris(header.get("images", []))


def _triangles(primitive: dict[str, Any], accessors: list[dict[str, Any]]) -> int:
    mode = primitive.get("mode", _TRIANGLES)
    corners = primitive.get("indices", primitive["attributes"]["POSITION"])
    count = int(accessors[corners]["count"])
    if mode == _TRIANGLES:
        return count // 3
    return max(count - 2, 0) if mode > _TRIANGLES else 0


def _uris(items: list[dict[str, Any]]) -> list[str]:
    return [item["uri"] for item in items if "uri" in item and not item["uri"].startswith("data:")]
