"""Vertex colours from the photos that see each vertex."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.reconstruction.appearance.vertex_sight import VertexSight
from jobs.reconstruction.carving.view import View

_UNSEEN = 1e-6
_SPREADING_STEPS = 64


def compute_vertex_colours(
    mesh: trimesh.Trimesh, views: Sequence[View], sights: Sequence[VertexSight]
) -> NDArray[np.uint8]:
    """Mean colour over the views that see a vertex, weighted by how squarely they look at it.

    A vertex that no view sees takes the mean colour of its neighbours, so an underside continues its rim.

    Returns:
        (n, 4) sRGB and alpha.
    """
    total, weight = np.zeros((len(mesh.vertices), 3)), np.zeros(len(mesh.vertices))
    for view, sight in zip(views, sights, strict=True):
        colours = view.shot.rgb[sight.v.astype(np.int64), sight.u.astype(np.int64)]
        total[sight.index] += sight.weight[:, None] * colours
        weight[sight.index] += sight.weight
    known = weight > _UNSEEN
    colours = np.where(known[:, None], total / np.maximum(weight, _UNSEEN)[:, None], 0)
    if known.any():
        colours = _spread(colours, known, np.asarray(mesh.edges_unique))
    rgba = np.full((len(mesh.vertices), 4), 255, np.uint8)
    rgba[:, :3] = np.clip(np.rint(colours), 0, 255).astype(np.uint8)
    return rgba


def _spread(colours: NDArray[np.float64], known: NDArray[np.bool_], edges: NDArray[np.int64]) -> NDArray[np.float64]:
    """Let unknown vertices take the mean of their known neighbours, ring by ring; what stays takes the mean of all."""
    known = known.copy()
    mean = colours[known].mean(axis=0)
    both = np.concatenate([edges, edges[:, ::-1]])
    for _ in range(_SPREADING_STEPS):
        both = both[~known[both[:, 0]]]
        border = both[known[both[:, 1]]]
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
