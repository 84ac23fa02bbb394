"""Several meshes as one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import trimesh
from trimesh.visual import ColorVisuals

from jobs.geometry.glb_file import vertex_colours


def concatenate(meshes: Sequence[trimesh.Trimesh]) -> trimesh.Trimesh:
    """Their faces one after the other; colours if all have them."""
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    vertices = np.concatenate([np.asarray(mesh.vertices, np.float64) for mesh in meshes])
    faces = np.concatenate([np.asarray(mesh.faces) + start for mesh, start in zip(meshes, starts[:-1], strict=True)])
    merged = trimesh.Trimesh(vertices, faces, process=False, validate=False)
    colours = [found for mesh in meshes if (found := vertex_colours(mesh)) is not None]
    if len(colours) == len(meshes):
        merged.visual = ColorVisuals(merged, vertex_colors=np.concatenate(colours))
    return merged
