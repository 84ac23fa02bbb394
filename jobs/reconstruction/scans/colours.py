"""Colours of a scanned thing, from the frames whose depth shows it; where none does, those of the nearest place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial import KDTree

from jobs.reconstruction.scans.frame import Frame, move_points
from jobs.reconstruction.scans.scene import Thing

_SAME_PLACE_M = 0.015
_SHARPNESS = 4
_GREY = 128


def colour_vertices(thing: Thing, frames: Sequence[Frame]) -> tuple[NDArray[np.uint8], float]:
    """(n, 4) sRGB and alpha, and the share of the surface that some frame measured.

    The underside, which stands on its support, is left out of that share.
    """
    mesh = thing.mesh
    vertices = move_points(np.asarray(mesh.vertices, np.float64), thing.T_scene_object)
    turn = thing.T_scene_object.copy()
    turn[:3, 3] = 0
    normals = move_points(np.asarray(mesh.vertex_normals, np.float64), turn)
    total, weight = np.zeros((len(vertices), 3)), np.zeros(len(vertices))
    for frame in frames:
        depth, measured = frame.depth_at(vertices)
        towards = frame.camera.position - vertices
        cosine = np.einsum("ij,ij->i", towards, normals) / np.linalg.norm(towards, axis=1)
        u, v, _ = frame.shot.camera.project(vertices)
        height, width = frame.shot.rgb.shape[:2]
        inside = (u >= 0) & (v >= 0) & (u < width) & (v < height)
        index = np.flatnonzero((measured > 0) & (np.abs(depth - measured) < _SAME_PLACE_M) & (cosine > 0) & inside)
        share = cosine[index] ** _SHARPNESS / depth[index] ** 2
        total[index] += share[:, None] * frame.shot.rgb[v[index].astype(np.int64), u[index].astype(np.int64)]
        weight[index] += share
    seen = weight > 0
    colours = np.full((len(vertices), 3), float(_GREY))
    if seen.any():
        colours[seen] = total[seen] / weight[seen, None]
        _, nearest = KDTree(vertices[seen]).query(vertices[~seen])
        colours[~seen] = colours[seen][nearest]
    rgba = np.full((len(vertices), 4), 255, np.uint8)
    rgba[:, :3] = np.rint(colours).astype(np.uint8)
    return rgba, _observed(mesh, seen)


def _observed(mesh: trimesh.Trimesh, seen: NDArray[np.bool_]) -> float:
    """By area."""
    beside = np.asarray(mesh.face_normals)[:, 2] > -0.99
    areas = np.asarray(mesh.area_faces)[beside]
    return float(seen[np.asarray(mesh.faces)[beside]].mean(axis=1) @ areas / areas.sum()) if areas.sum() > 0 else 0.0
