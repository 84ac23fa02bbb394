"""Several meshes as one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import trimesh
from trimesh.visual import ColorVisuals

from jobs.geometry.glb_file import vertex_colours

_GREY = np.array([153, 153, 153, 255], np.uint8)


def concatenate(meshes: Sequence[trimesh.Trimesh]) -> trimesh.Trimesh:
    """All faces of all meshes, with vertex colours if any has them; what has none is grey then."""
    if len(meshes) == 1:
        return meshes[0]
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes[:-1])])
    faces = [np.asarray(mesh.faces, np.int64) + start for mesh, start in zip(meshes, starts, strict=True)]
    vertices = np.concatenate([np.asarray(mesh.vertices, np.float64) for mesh in meshes])
    whole = trimesh.Trimesh(vertices, np.concatenate(faces), process=False, validate=False)
    colours = [vertex_colours(mesh) for mesh in meshes]
    if any(colour is not None for colour in colours):
        rgba = [
            np.tile(_GREY, (len(mesh.vertices), 1)) if colour is None else colour
            for mesh, colour in zip(meshes, colours, strict=True)
        ]
        whole.visual = ColorVisuals(whole, vertex_colors=np.concatenate(rgba))
    return whole
