"""How many faces a mesh file says it has, before any of them is loaded."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

from jobs.geometry.errors import MeshFileTooLarge, TooManyFaces, UnreadableMesh
from jobs.geometry.formats import format_of
from jobs.geometry.glb_header import count_glb, read_glb_header

_CORNERS = 3
_LONGEST_LINE = 1 << 16
_LONGEST_PLY_HEADER = 1 << 16


def require_loadable(path: Path, max_file_bytes: int, max_faces: int) -> None:
    """Hold the file's size and the face and vertex counts of its header against the limits.

    Raises:
        MeshFileTooLarge, TooManyFaces: It exceeds a limit.
        UnreadableMesh: The header makes no sense.
    """
    size = path.stat().st_size
    if size > max_file_bytes:
        raise MeshFileTooLarge(path.name, size, max_file_bytes)
    count = {"glb": _glb, "ply": _ply, "stl": _stl, "obj": _obj}[format_of(path)]
    try:
        faces, vertices = count(path)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, struct.error) as error:
        raise UnreadableMesh(path.name, f"its header is damaged ({error!r})") from error
    if faces > max_faces:
        raise TooManyFaces(path.name, faces, max_faces)
    if vertices > _CORNERS * max_faces:
        raise TooManyFaces(path.name, -(-vertices // _CORNERS), max_faces)


def _glb(path: Path) -> tuple[int, int]:
    return count_glb(read_glb_header(path))


def _ply(path: Path) -> tuple[int, int]:
    with path.open("rb") as file:
        header, found, _ = file.read(_LONGEST_PLY_HEADER).partition(b"end_header")
    if not header.startswith(b"ply") or not found:
        raise UnreadableMesh(path.name, "it does not start with a PLY header")
    counts = {name: int(count) for name, count in re.findall(rb"^element\s+(\w+)\s+(\d+)", header, re.MULTILINE)}
    others = [count for name, count in counts.items() if name != b"face"]
    return counts.get(b"face", 0), max(others, default=0)


def _stl(path: Path) -> tuple[int, int]:
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(84)
    if len(start) == 84:
        faces = struct.unpack("<I", start[80:])[0]
        if size == 84 + 50 * faces or not start.lstrip().startswith(b"solid"):
            return faces, 0
    return sum(line.split(maxsplit=1)[:1] == [b"facet"] for line in _lines(path)), 0


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
