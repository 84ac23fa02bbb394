"""Some faces of a mesh as a mesh of their own."""

from __future__ import annotations

import numpy as np
import trimesh
from numpy.typing import NDArray
from trimesh.visual import ColorVisuals

from jobs.geometry.glb_file import vertex_colours


def take_faces(mesh: trimesh.Trimesh, chosen: NDArray[np.bool_]) -> trimesh.Trimesh:
    """The faces (m,) that are chosen, with those vertices that they use and their colours."""
    used, corners = np.unique(np.asarray(mesh.faces, np.int64)[chosen], return_inverse=True)
    vertices = np.asarray(mesh.vertices, np.float64)[used]
    excerpt = trimesh.Trimesh(vertices, corners.reshape(-1, 3), process=False, validate=False)
    colours = vertex_colours(mesh)
    if colours is not None:
        excerpt.visual = ColorVisuals(excerpt, vertex_colors=colours[used])
    return excerpt
