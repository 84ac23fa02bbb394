"""The mesh that is seen: fewer faces, still closed, coloured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh
from manifold3d import Manifold
from numpy.typing import NDArray
from scipy.spatial import KDTree
from trimesh.visual import ColorVisuals

from jobs.geometry.closed import from_manifold, merge_vertices
from jobs.geometry.glb_file import vertex_colours
from jobs.simready.appearance.texture import Texture, bake_texture

_FIRST_TOLERANCE = 1e-4
_LAST_TOLERANCE = 0.05
_TOLERANCE_GROWTH = 1.5
"""Each step starts from the one before, so a surface may move by up to three times the last tolerance."""


@dataclass(frozen=True)
class Visual:
    """`mesh`: closed, with vertex colours if the source had any; `texture`: the same colours in finer detail."""

    mesh: trimesh.Trimesh
    texture: Texture | None


def make_visual(solid: Manifold, source: trimesh.Trimesh, max_faces: int) -> Visual:
    """Simplify a solid for the eye and give it the colours of the mesh that it came from.

    Args:
        solid: The repaired object [m].
        source: The mesh as it was reconstructed, with vertex colours or without.
        max_faces: At most so many faces, if geometry allows.
    """
    mesh = merge_vertices(from_manifold(simplify(solid, max_faces)))
    colours = vertex_colours(source)
    if colours is None:
        return Visual(mesh, None)
    points_m, rgb = np.asarray(source.vertices, np.float64), colours[:, :3]
    mesh.visual = ColorVisuals(mesh, vertex_colors=colours[KDTree(points_m).query(mesh.vertices)[1]])
    faces: NDArray[np.int64] = np.asarray(mesh.faces, np.int64)
    return Visual(mesh, bake_texture(np.asarray(mesh.vertices, np.float64), faces, points_m, rgb))


def simplify(solid: Manifold, max_faces: int) -> Manifold:
    """Fewer faces, by growing tolerances (parts of the diagonal) until there are few enough; closedness is kept.

    What the last tolerance cannot simplify (a very holey object) stays as fine as it then is.
    """
    low_x, low_y, low_z, high_x, high_y, high_z = solid.bounding_box()
    diagonal_m = float(np.linalg.norm([high_x - low_x, high_y - low_y, high_z - low_z]))
    tolerance = _FIRST_TOLERANCE
    while solid.num_tri() > max_faces and tolerance < _LAST_TOLERANCE:
        solid = solid.simplify(tolerance * diagonal_m)
        tolerance *= _TOLERANCE_GROWTH
    return solid
