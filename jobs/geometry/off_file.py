"""OFF files, with or without colours.

Source: Geomview manual, "OFF Files"; colours follow a vertex (COFF) or the corners of a face, as 0-255 or as 0-1.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobs.geometry.content import Content
from jobs.geometry.errors import TooManyFaces, UnreadableMesh
from jobs.geometry.polygons import fan

_HEADERS = ("OFF", "COFF")
_LONGEST_LINE = 1 << 16


def count_off(path: Path) -> tuple[int, int]:
    """Faces, taken as triangles, and vertices that the file says it has.

    Raises:
        UnreadableMesh: There is no OFF header.
    """
    _, vertices, faces = _read_header(path, _lines(path))
    return faces, vertices


def read_off(path: Path, max_faces: int) -> Content:
    """Raises: UnreadableMesh: It holds less than it says. TooManyFaces: Its polygons have too many corners."""
    lines = _lines(path)
    coloured, vertex_count, face_count = _read_header(path, lines)
    try:
        rows = np.array([_row(next(lines), coloured) for _ in range(vertex_count)], np.float64)
        polygons = [_polygon(path, next(lines).split(), vertex_count) for _ in range(face_count)]
    except StopIteration as error:
        raise UnreadableMesh(path.name, f"it says it has {face_count:,} faces and ends before the last one") from error
    except (ValueError, IndexError) as error:
        raise UnreadableMesh(path.name, f"a line is damaged ({error})") from error
    sizes = np.array([len(corners) for corners, _ in polygons], np.int64)
    if (sizes - 2).sum() > max_faces:
        raise TooManyFaces(path.name, int((sizes - 2).sum()), max_faces)
    faces, _ = fan(sizes, np.array([corner for corners, _ in polygons for corner in corners], np.int64))
    colours = _scale(rows[:, 3:]) if coloured and vertex_count else _face_colours(polygons, vertex_count)
    return Content(rows.reshape(vertex_count, -1)[:, :3], faces, colours, None, y_up=False)


def _read_header(path: Path, lines: Iterator[str]) -> tuple[bool, int, int]:
    """Whether vertices are coloured; number of vertices and faces. The counts may follow on the header's own line."""
    words = next(lines, "").split()
    if not words or words[0] not in _HEADERS:
        raise UnreadableMesh(path.name, "it does not start with OFF or COFF")
    counts = words[1:] or next(lines, "").split()
    try:
        vertices, faces = int(counts[0]), int(counts[1])
    except (ValueError, IndexError) as error:
        raise UnreadableMesh(path.name, f"its counts are damaged ({error})") from error
    if vertices < 0 or faces < 0:
        raise UnreadableMesh(path.name, f"it says it has {vertices:,} vertices and {faces:,} faces")
    return words[0] == "COFF", vertices, faces


def _row(line: str, coloured: bool) -> list[float]:
    row = [float(word) for word in line.split()[: 7 if coloured else 3]]
    if len(row) < (6 if coloured else 3):
        raise ValueError(f"'{line[:40]}' is not a vertex")
    return [*row, _OPAQUE][:7] if coloured else row


_OPAQUE = float("inf")
"""Stands for an alpha that is not there, until the scale of the others is known."""


def _polygon(path: Path, words: list[str], vertices: int) -> tuple[list[int], list[float]]:
    """Corners, and what follows them: a colour, if it has three parts or more."""
    size = int(words[0])
    corners = [int(word) for word in words[1 : size + 1]]
    if size < 3 or len(corners) < size:
        raise ValueError(f"'{' '.join(words)[:40]}' is not a polygon")
    if min(corners) < 0 or max(corners) >= vertices:
        raise UnreadableMesh(path.name, f"a face refers to a vertex that is not one of its {vertices:,}")
    return corners, [float(word) for word in words[size + 1 : size + 5]]


def _face_colours(polygons: list[tuple[list[int], list[float]]], vertices: int) -> NDArray[np.uint8] | None:
    """The mean over the faces around each vertex; white where a face has no colour."""
    if not any(len(colour) >= 3 for _, colour in polygons):
        return None
    rows = [[*colour, _OPAQUE][:4] if len(colour) >= 3 else [_OPAQUE] * 4 for _, colour in polygons]
    scaled = _scale(np.array(rows)).astype(np.float64)
    total, around = np.zeros((vertices, 4)), np.zeros((vertices, 1))
    for (corners, _), colour in zip(polygons, scaled, strict=True):
        total[corners] += colour
        around[corners] += 1
    return np.where(around > 0, np.rint(total / np.maximum(around, 1)), 255).astype(np.uint8)


def _scale(colours: NDArray[np.float64]) -> NDArray[np.uint8]:
    finite = np.isfinite(colours)
    unit = 255.0 if finite.any() and colours[finite].max() <= 1 else 1.0
    return np.where(finite, np.rint(np.where(finite, colours, 0) * unit), 255).clip(0, 255).astype(np.uint8)


def _lines(path: Path) -> Iterator[str]:
    """Without comments and empty lines."""
    with path.open("r", encoding="utf-8", errors="replace") as file:
        while raw := file.readline(_LONGEST_LINE):
            line = raw.partition("#")[0].strip()
            if line:
                yield line
