"""Mesh files in: GLB, OBJ, PLY and STL to one mesh in metres."""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import trimesh
from numpy.typing import NDArray
from trimesh.visual import ColorVisuals

from jobs.contracts.document import LengthUnit
from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.baking import bake_vertex_colours
from jobs.geometry.errors import EmptyMesh, InvalidVertices, TooManyFaces, UnreadableMesh
from jobs.geometry.face_count import require_loadable
from jobs.geometry.formats import format_of, metres_per_unit
from jobs.geometry.references import require_local_references

_LARGEST_COORDINATE_M = 1e6
"""Beyond it float32, which GLB stores, no longer resolves a decimetre."""
_LOADER_ERRORS = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, OSError, ArithmeticError, EOFError,
    MemoryError, RuntimeError, NameError, struct.error, DeprecationWarning,
)  # fmt: skip
"""What trimesh's loaders were seen to raise on damaged files, NotImplementedError and RecursionError included."""


_Part = tuple[trimesh.Trimesh, NDArray[np.float64]]


@dataclass(frozen=True)
class LoadedMesh:
    """`mesh`: vertices [m], object frame, Z up for GLB (whose frame is Y up) and as in the file for the others.

    `scale_source`: what made them metres.
    """

    mesh: trimesh.Trimesh
    scale_source: Literal["file_format", "units"]
    warnings: tuple[str, ...] = ()


def load_mesh(path: Path, units: LengthUnit | None, limits: MeshLimits) -> LoadedMesh:
    """Load an untrusted mesh file; all its parts become one mesh, textures become vertex colours.

    Raises:
        UnknownMeshFormat, UnitsNotStated, UnitsContradictFormat: The file cannot be understood as metres.
        MeshFileTooLarge, TooManyFaces, TextureTooLarge: Found before anything is decoded.
        ReferenceLeavesFolder, UnreadableMesh, InvalidVertices, EmptyMesh: See there.
    """
    metres = metres_per_unit(path, units)
    require_loadable(path, limits.max_file_bytes, limits.max_faces)
    missing = require_local_references(path, limits.max_texture_pixels)
    with np.errstate(invalid="ignore", over="ignore"):  # NaN and infinity are counted below
        vertices, faces, colours = _join(path, _read_parts(path), limits.max_texture_pixels)
        vertices *= metres
    if format_of(path) == "glb":  # adding zero leaves no negative zeros, so that a round trip keeps every byte
        vertices = np.column_stack([vertices[:, 0], -vertices[:, 2], vertices[:, 1]]) + 0.0
    _require_valid(path, vertices, faces, limits.max_faces)
    mesh = trimesh.Trimesh(vertices, faces, process=False, validate=False)
    if colours is not None:
        mesh.visual = ColorVisuals(mesh, vertex_colors=colours)
    return LoadedMesh(mesh, "file_format" if format_of(path) == "glb" else "units", missing)


def _read_parts(path: Path) -> list[_Part]:
    """Every mesh of the file and its place in the file's own frame, in a fixed order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", "string or file could not be read", DeprecationWarning)
        try:
            scene = trimesh.load_scene(path, process=False)
            nodes = [scene.graph[name] for name in sorted(scene.graph.nodes_geometry)]
            parts = [(scene.geometry[name], transform) for transform, name in nodes]
        except _LOADER_ERRORS as error:
            raise UnreadableMesh(path.name, f"{type(error).__name__}: {error}") from error
    return [(part, transform) for part, transform in parts if isinstance(part, trimesh.Trimesh) and len(part.faces)]


def _join(
    path: Path, parts: list[_Part], max_texture_pixels: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.uint8] | None]:
    if not parts:
        raise EmptyMesh(path.name)
    vertices, faces, colours = [], [], []
    for part, transform in parts:
        if part.faces.min() < 0 or part.faces.max() >= len(part.vertices):
            raise UnreadableMesh(path.name, f"a face refers to a vertex that is not one of its {len(part.vertices):,}")
        mirrored = np.linalg.det(transform[:3, :3]) < 0
        corners = np.asarray(part.faces, np.int64) + sum(map(len, vertices))
        faces.append(corners[:, ::-1] if mirrored else corners)
        vertices.append(np.asarray(part.vertices, np.float64) @ transform[:3, :3].T + transform[:3, 3])
        colours.append(bake_vertex_colours(path, part, max_texture_pixels))
    return np.concatenate(vertices), np.concatenate(faces), _fill(colours, [len(group) for group in vertices])


def _fill(colours: list[NDArray[np.uint8] | None], counts: list[int]) -> NDArray[np.uint8] | None:
    """Parts without a colour are white beside parts that have one."""
    if all(colour is None for colour in colours):
        return None
    white = (np.full((count, 4), 255, np.uint8) for count in counts)
    return np.concatenate([blank if colour is None else colour for colour, blank in zip(colours, white, strict=True)])


def _require_valid(path: Path, vertices: NDArray[np.float64], faces: NDArray[np.int64], max_faces: int) -> None:
    invalid = ~(np.abs(vertices) < _LARGEST_COORDINATE_M).all(axis=1)
    if invalid.any():
        raise InvalidVertices(path.name, int(invalid.sum()), int(np.argmax(invalid)))
    if len(faces) > max_faces:
        raise TooManyFaces(path.name, len(faces), max_faces)
