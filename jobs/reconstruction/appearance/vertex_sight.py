"""Which vertices each photo shows, and how well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.morphology import inset

_SHARPNESS = 4
"""Power of the cosine: the view that looks at a vertex most squarely dominates, without a visible seam."""
_HIDDEN_BEHIND = 0.01
"""A vertex this much farther than what is in front of it is hidden; of the mesh's diagonal."""


@dataclass(frozen=True)
class VertexSight:
    """What one view sees: `index` (n,) of vertices, their pixels `u`, `v` (n,) and `weight` (n,), 1 seen squarely."""

    index: NDArray[np.int64]
    u: NDArray[np.float64]
    v: NDArray[np.float64]
    weight: NDArray[np.float64]


def see_vertices(caster: RayCaster, mesh: trimesh.Trimesh, views: Sequence[View]) -> tuple[VertexSight, ...]:
    """One for each view.

    The outermost pixels of a silhouette are left out: they mix in the background.
    """
    vertices, normals = np.asarray(mesh.vertices, np.float64), np.asarray(mesh.vertex_normals, np.float64)
    slack = _HIDDEN_BEHIND * float(np.linalg.norm(mesh.extents))
    return tuple(map_in_threads(lambda view: _see(caster, view, vertices, normals, slack), views))


def _see(
    caster: RayCaster, view: View, vertices: NDArray[np.float64], normals: NDArray[np.float64], slack: float
) -> VertexSight:
    height, width = view.mask.shape
    towards = view.camera.position - vertices
    cosine = np.einsum("ij,ij->i", towards, normals) / np.maximum(np.linalg.norm(towards, axis=1), 1e-12)
    u, v, depth = view.camera.project(vertices)
    index = np.flatnonzero((cosine > 0) & (depth > 0) & (u >= 0) & (v >= 0) & (u < width) & (v < height))
    clear = inset(view.mask, 3)
    index = index[clear[v[index].astype(np.int64), u[index].astype(np.int64)]]
    index = index[depth[index] < caster.reach(view.camera, u[index], v[index]) + slack]
    return VertexSight(index, u[index], v[index], cosine[index] ** _SHARPNESS)
