"""The part meshes of a reconstruction, each made a solid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import trimesh

from jobs.contracts.document import Sha256
from jobs.contracts.parts import JointsAnnotation, PartsDocument, Separation
from jobs.contracts.reconstruction import MeshLimits
from jobs.contracts.repair import RepairSettings
from jobs.contracts.simready import SimreadyRequest
from jobs.geometry.closed import from_manifold
from jobs.geometry.colour_points import ColourPoints
from jobs.geometry.errors import OpenMesh
from jobs.geometry.mesh_file import load_mesh
from jobs.runtime.store import sha256_of
from jobs.runtime.workspace import Workspace
from jobs.simready.articulation.piece import Piece
from jobs.simready.articulation.sheets import thicken_sheets
from jobs.simready.repair.solid import repair


@dataclass(frozen=True)
class Pieces:
    """All pieces of one object; the files they came in; what somebody said of their joints, if anybody did; how the
    pieces were told apart, if they came in one file."""

    pieces: tuple[Piece, ...]
    sources: dict[str, Sha256]
    annotation: JointsAnnotation | None = None
    separation: Separation | None = None


def open_pieces(request: SimreadyRequest, workspace: Workspace) -> Pieces:
    """The parts, where the object came as parts; else the whole as its only piece, called as the asset.

    Raises:
        OpenMesh, CrossesItself: One of them encloses no volume, even after repair.
    """
    documents = workspace.open_input(request.mesh, "parts/document")
    if not documents:
        (glb,) = workspace.open_input(request.mesh, "mesh/glb")
        source = load_mesh(glb, None, MeshLimits()).mesh
        repaired = repair(source, request.repair, request.name)
        points = workspace.open_input(request.mesh, "mesh/colour_points")
        colours = ColourPoints.load(points[0]) if points else None
        piece = Piece(request.name, source, repaired.solid, repaired.mesh, repaired.changes, colours)
        return Pieces((piece,), {glb.name: sha256_of(glb)})
    document = PartsDocument.from_json(documents[0].read_bytes())
    files = {file.stem: file for file in workspace.open_input(request.mesh, "mesh/part_glb")}
    sources = {part.name: load_mesh(files[part.name], None, MeshLimits()).mesh for part in document.parts}
    thickness_m = request.parts.sheet_thickness * _diagonal_m(sources.values())
    pieces = tuple(close_piece(name, source, thickness_m, request.repair) for name, source in sources.items())
    return Pieces(pieces, {file.name: sha256_of(file) for file in files.values()}, document.joints, document.separation)


def close_piece(name: str, source: trimesh.Trimesh, thickness_m: float, settings: RepairSettings) -> Piece:
    """A part as a solid: mended, or, if it cannot be closed, its sheets as plates of a thickness.

    Raises:
        OpenMesh, CrossesItself: It encloses no volume even so.
    """
    try:
        repaired = repair(source, settings, name)
    except OpenMesh:
        solid, changes = thicken_sheets(source, thickness_m, settings, name)
        return Piece(name, source, solid, from_manifold(solid), changes)
    return Piece(name, source, repaired.solid, repaired.mesh, repaired.changes)


def _diagonal_m(meshes: Iterable[trimesh.Trimesh]) -> float:
    """Of all of them together."""
    bounds = np.concatenate([mesh.bounds for mesh in meshes])
    return float(np.linalg.norm(np.ptp(bounds, axis=0)))
