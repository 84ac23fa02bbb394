"""Mesh files in: any format read here to one mesh in metres."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import trimesh
from numpy.typing import NDArray
from trimesh.visual import ColorVisuals

from jobs.contracts.document import LengthUnit
from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.colour_points import ColourPoints
from jobs.geometry.content import Content
from jobs.geometry.errors import EmptyMesh, InvalidVertices, TooManyFaces
from jobs.geometry.face_count import require_loadable
from jobs.geometry.formats import format_of, is_usd, require_units, settle_units
from jobs.geometry.off_file import read_off
from jobs.geometry.references import require_local_references
from jobs.geometry.scene_file import read_scene
from jobs.geometry.three_mf import read_three_mf
from jobs.geometry.usd_file import read_usd

_LARGEST_COORDINATE_M = 1e6
"""Beyond it float32, which GLB stores, no longer resolves a decimetre."""


@dataclass(frozen=True)
class LoadedMesh:
    """`mesh`: vertices [m], object frame; Z up for glTF and USD, which say which way is up, as in the file for others.

    `scale_source`: what made them metres. `colours`: where a picture is on the surface, what it shows there. `names`
    of the file's own objects, and which of them each face (m,) is of; none where it has none.
    """

    mesh: trimesh.Trimesh
    scale_source: Literal["file_format", "units"]
    warnings: tuple[str, ...] = ()
    colours: ColourPoints | None = None
    names: tuple[str, ...] = ()
    object_of_face: NDArray[np.int64] | None = None


def load_mesh(path: Path, units: LengthUnit | None, limits: MeshLimits, apart: bool = False) -> LoadedMesh:
    """Load an untrusted mesh file; all its parts become one mesh, textures become colours of its vertices and of
    points between them. `apart`: objects of an OBJ are told apart too.

    Raises:
        UnknownMeshFormat, UnitsNotStated, UnitsContradictFormat: The file cannot be understood as metres.
        MeshFileTooLarge, TooManyFaces, TextureTooLarge: Found before anything is decoded.
        ReferenceLeavesFolder, UnreadableMesh, UnsupportedMesh, InvalidVertices, EmptyMesh: See there.
    """
    require_units(path, units)
    require_loadable(path, limits.max_file_bytes, limits.max_faces)
    missing = require_local_references(path, limits.max_file_bytes, limits.max_texture_pixels)
    with np.errstate(invalid="ignore", over="ignore"):  # NaN and infinity are counted below
        content = _read(path, limits, apart)
        metres, scale_source = settle_units(path, units, content.metres_per_unit)
        vertices = _stand_up(content, content.vertices * metres)
    _require_valid(path, vertices, content.faces, limits.max_faces)
    mesh = trimesh.Trimesh(vertices, content.faces, process=False, validate=False)
    if content.colours is not None:
        mesh.visual = ColorVisuals(mesh, vertex_colors=content.colours)
    colours = None
    if content.points is not None and content.point_colours is not None:
        colours = ColourPoints(_stand_up(content, content.points * metres), content.point_colours[:, :3])
    warnings = (*missing, *content.warnings)
    return LoadedMesh(mesh, scale_source, warnings, colours, content.names, content.object_of_face)


def _stand_up(content: Content, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Z up; adding zero leaves no negative zeros, so that a round trip keeps every byte."""
    return np.column_stack([points[:, 0], -points[:, 2], points[:, 1]]) + 0.0 if content.y_up else points


def _read(path: Path, limits: MeshLimits, apart: bool) -> Content:
    if is_usd(path):
        return read_usd(path, limits)
    if format_of(path) == "3mf":
        return read_three_mf(path, limits)
    if format_of(path) == "off":
        return read_off(path, limits.max_faces)
    return read_scene(path, limits.max_texture_pixels, apart)


def _require_valid(path: Path, vertices: NDArray[np.float64], faces: NDArray[np.int64], max_faces: int) -> None:
    if not len(faces):
        raise EmptyMesh(path.name)
    invalid = ~(np.abs(vertices) < _LARGEST_COORDINATE_M).all(axis=1)
    if invalid.any():
        raise InvalidVertices(path.name, int(invalid.sum()), int(np.argmax(invalid)))
    if len(faces) > max_faces:
        raise TooManyFaces(path.name, len(faces), max_faces)
