"""Open surfaces, as artists leave them on furniture, become thin plates."""

from __future__ import annotations

from collections.abc import Sequence

import manifold3d
import numpy as np
import trimesh
from manifold3d import Manifold

from jobs.contracts.repair import RepairSettings
from jobs.geometry.closed import count_open_edges, merge_vertices
from jobs.geometry.errors import OpenMesh
from jobs.geometry.joining import concatenate
from jobs.simready.repair.holes import fill_holes
from jobs.simready.repair.solid import repair
from jobs.simready.repair.surface import Surface, split_surfaces
from jobs.simready.repair.winding import make_winding_consistent

_MOST_FACES = 20_000
_FLAT, _CRUMB = 1e-6, 1e-6


def thicken_sheets(
    mesh: trimesh.Trimesh, thickness_m: float, settings: RepairSettings, name: str
) -> tuple[Manifold, tuple[str, ...]]:
    """A solid of a mesh with sheets: each connected surface that stays open once its small holes are filled becomes a
    plate about it, and is united with what is closed.

    Args:
        mesh: Vertices [m], object frame; colours are ignored.
        thickness_m: Of the plates, half of it on either side of the surface.
        settings: Which holes are small.
        name: What errors call it.

    Returns:
        The solid, and what was done, in words.

    Raises:
        OpenMesh: So much of it is open that it is damaged rather than made of sheets.
    """
    merged = merge_vertices(mesh)
    surface = Surface(np.asarray(merged.vertices, np.float64), np.asarray(merged.faces, np.int64))
    surface, _ = make_winding_consistent(surface)
    surface, _ = fill_holes(surface, settings)
    surfaces = [part.as_mesh() for part in split_surfaces(surface)]
    sheets = [surface for surface in surfaces if count_open_edges(surface)]
    closed = [surface for surface in surfaces if not count_open_edges(surface)]
    if not sheets or sum(len(surface.faces) for surface in sheets) > _MOST_FACES:
        raise OpenMesh(name, count_open_edges(mesh))
    solid = _plate(sheets, thickness_m / 2)
    changes = (f"made plates of {1000 * thickness_m:.3g} mm of {len(sheets)} open surfaces",)
    if closed:
        repaired = repair(concatenate(closed), settings, name)
        solid, changes = solid + repaired.solid, (*changes, *repaired.changes)
    return _without_crumbs(solid), changes


def _plate(surfaces: Sequence[trimesh.Trimesh], half_m: float) -> Manifold:
    """Union of a prism about each triangle."""
    prisms = []
    for surface in surfaces:
        for corners in np.asarray(surface.triangles, np.float64):
            normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
            length = float(np.linalg.norm(normal))
            if length > _FLAT * half_m**2:
                offset = half_m / length * normal
                prisms.append(Manifold.hull_points(np.concatenate([corners - offset, corners + offset])))
    return Manifold.batch_boolean(prisms, manifold3d.OpType.Add)


def _without_crumbs(solid: Manifold) -> Manifold:
    """Without the pieces of no size that are left where surfaces touch within rounding."""
    pieces = [piece for piece in solid.decompose() if piece.volume() > _CRUMB * solid.volume()]
    return Manifold.batch_boolean(pieces, manifold3d.OpType.Add)
