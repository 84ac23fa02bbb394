"""How many faces a mesh file says it has, before any of them is loaded."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

from jobs.geometry.errors import MeshFileTooLarge, TooManyFaces, UnreadableMesh
from jobs.geometry.formats import format_of, is_usd
from jobs.geometry.glb_header import count_gltf, read_gltf_header
from jobs.geometry.off_file import count_off

_CORNERS = 3
_LONGEST_LINE = 1 << 16
_LONGEST_PLY_HEADER = 1 << 16
_STL_START, _STL_FACET = 84, 50
_ARCHIVES = {b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip", b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!": "rar", b"BZh": "bzip2"}
_LONGEST_MAGIC = 8


def require_loadable(path: Path, max_file_bytes: int, max_faces: int) -> None:
    """Hold the file's size and the face and vertex counts of its header against the limits.

    USD and 3MF have no such header: their readers count while they read.

    Raises:
        MeshFileTooLarge, TooManyFaces: It exceeds a limit.
        UnreadableMesh: The header makes no sense.
    """
    size = path.stat().st_size
    if size > max_file_bytes:
        raise MeshFileTooLarge(path.name, size, max_file_bytes)
    _require_no_archive(path)
    if is_usd(path) or format_of(path) == "3mf":
        return
    count = {"glb": _gltf, "gltf": _gltf, "ply": _ply, "stl": _stl, "obj": _obj, "off": count_off}[format_of(path)]
    try:
        faces, vertices = count(path)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, struct.error) as error:
        raise UnreadableMesh(path.name, f"its header is damaged ({error!r})") from error
    if faces > max_faces:
        raise TooManyFaces(path.name, faces, max_faces)
    if vertices > _CORNERS * max_faces:
        raise TooManyFaces(path.name, -(-vertices // _CORNERS), max_faces)
    if format_of(path) == "stl" and _is_binary_stl(path) and size < _STL_START + _STL_FACET * faces:
        raise UnreadableMesh(path.name, f"it says it has {faces:,} facets and ends before the last one")


def _require_no_archive(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(_LONGEST_MAGIC)
    kind = next((kind for magic, kind in _ARCHIVES.items() if start.startswith(magic)), None)
    if kind is not None and format_of(path) not in ("3mf", "usdz"):
        raise UnreadableMesh(path.name, f"it is a {kind} archive; unpack it")


def _gltf(path: Path) -> tuple[int, int]:
    return count_gltf(read_gltf_header(path)[0])


def _ply(path: Path) -> tuple[int, int]:
    with path.open("rb") as file:
        header, found, _ = file.read(_LONGEST_PLY_HEADER).partition(b"end_header")
    if not header.startswith(b"ply") or not found:
        raise UnreadableMesh(path.name, "it does not start with a PLY header")
    counts = {name: int(count) for name, count in re.findall(rb"^element\s+(\w+)\s+(\d+)", header, re.MULTILINE)}
    others = [count for name, count in counts.items() if name != b"face"]
    return counts.get(b"face", 0), max(others, default=0)


def _stl(path: Path) -> tuple[int, int]:
    if _is_binary_stl(path):
        with path.open("rb") as file:
            return struct.unpack("<I", file.read(_STL_START)[-4:])[0], 0
    return sum(line.split(maxsplit=1)[:1] == [b"facet"] for line in _lines(path)), 0


def _is_binary_stl(path: Path) -> bool:
    """Text starts with `solid`; so do some binary files, whose length then gives them away."""
    with path.open("rb") as file:
        start = file.read(_STL_START)
    if len(start) < _STL_START or not start.lstrip().startswith(b"solid"):
        return len(start) == _STL_START
    return path.stat().st_size == _STL_START + _STL_FACET * struct.unpack("<I", start[-4:])[0]


def _obj(path: Path) -> tuple[int, int]:
    faces = vertices = 0
    for line in _lines(path):
        words = line.split()
        if words[:1] == [b"f"]:
            faces += max(len(words) - 3, 1)
        elif words[:1] == [b"v"]:
            vertices += 1
    return faces, vertices


def _lines(path: Path) -> Iterator[bytes]:
    """Lines of a text file; one that is longer than any sensible line comes in pieces."""
    with path.open("rb") as file:
        while line := file.readline(_LONGEST_LINE):
            yield line
