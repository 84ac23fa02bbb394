"""Vertex colours from the photos that see each vertex."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.carving.view import View

_SHARPNESS = 4
"""Power of the cosine: the view that looks at a vertex most squarely dominates, without a visible seam."""
_HIDDEN_BEHIND = 0.01
"""A vertex this much farther than what is in front of it is hidden; of the mesh's diagonal."""
_UNSEEN = 1e-6
_SPREADING_STEPS = 64


def compute_vertex_colours(mesh: trimesh.Trimesh, views: Sequence[View]) -> NDArray[np.uint8]:
    """Mean colour over the views that see a vertex, weighted by how squarely they look at it.

    The outermost pixels of a silhouette are left out: they mix in the background. A vertex that no view sees takes the
    mean colour of its neighbours, so an underside continues its rim.

    Returns:
        (n, 4) sRGB and alpha.
    """
    vertices, normals = np.asarray(mesh.vertices, np.float64), np.asarray(mesh.vertex_normals, np.float64)
    caster, slack = RayCaster(mesh), _HIDDEN_BEHIND * float(np.linalg.norm(mesh.extents))
    total, weight = np.zeros((len(vertices), 3)), np.zeros(len(vertices))
    for view in views:
        seen, rows, columns, cosine = _visible(caster, view, vertices, normals, slack)
        share = cosine**_SHARPNESS
        total[seen] += share[:, None] * view.shot.rgb[rows, columns]
        weight[seen] += share
    known = weight > _UNSEEN
    colours = np.where(known[:, None], total / np.maximum(weight, _UNSEEN)[:, None], 0)
    if known.any():
        colours = _spread(colours, known, np.asarray(mesh.edges_unique))
    rgba = np.full((len(vertices), 4), 255, np.uint8)
    rgba[:, :3] = np.clip(np.rint(colours), 0, 255).astype(np.uint8)
    return rgba


def _visible(
    caster: RayCaster, view: View, vertices: NDArray[np.float64], normals: NDArray[np.float64], slack: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Vertices that a view sees: their index, row, column, and the cosine of the angle that they are seen at."""
    height, width = view.mask.shape
    towards = view.camera.position - vertices
    cosine = np.einsum("ij,ij->i", towards, normals) / np.maximum(np.linalg.norm(towards, axis=1), 1e-12)
    u, v, depth = view.camera.project(vertices)
    inside = (cosine > 0) & (depth > 0) & (u >= 0) & (v >= 0) & (u < width) & (v < height)
    index = np.flatnonzero(inside)
    rows, columns = v[index].astype(np.int64), u[index].astype(np.int64)
    clear = cv2.erode(view.mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    index, rows, columns = (part[clear[rows, columns]] for part in (index, rows, columns))
    seen = depth[index] < caster.reach(view.camera, u[index], v[index]) + slack
    return index[seen], rows[seen], columns[seen], cosine[index[seen]]


def _spread(colours: NDArray[np.float64], known: NDArray[np.bool_], edges: NDArray[np.int64]) -> NDArray[np.float64]:
    """Let unknown vertices take the mean of their known neighbours, ring by ring; what stays takes the mean of all."""
    known = known.copy()
    mean = colours[known].mean(axis=0)
    both = np.concatenate([edges, edges[:, ::-1]])
    for _ in range(_SPREADING_STEPS):
        border = both[~known[both[:, 0]] & known[both[:, 1]]]
        if not len(border):
            break
        count = np.bincount(border[:, 0], minlength=len(known))
        reached = count > 0
        for channel in range(3):
            summed = np.bincount(border[:, 0], colours[border[:, 1], channel], minlength=len(known))
            colours[reached, channel] = summed[reached] / count[reached]
        known |= reached
    colours[~known] = mean
    return colours
