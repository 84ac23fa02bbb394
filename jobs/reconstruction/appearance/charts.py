"""A surface cut into charts that lie flat: what looks the same way and hangs together is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

_AXES = np.concatenate([np.eye(3), -np.eye(3)])
_SMOOTHING_STEPS = 6
_FLATTEST = 0.2
"""Cosine: a face that is turned farther away from its chart's axis would lose its texels."""
_SMALLEST_SHARE = 2e-3
_MERGING_STEPS = 4


@dataclass(frozen=True)
class Charts:
    """`chart` (m,): number of each face's chart, from 0. `axis` (m,): which of the six directions it faces.

    `uv` (k, 2) [mesh units] and `faces` (m, 3): every chart on its own, without shared corners; `vertex` (k,): the
    mesh's vertex that a corner is.
    """

    chart: NDArray[np.int64]
    axis: NDArray[np.int64]
    uv: NDArray[np.float64]
    faces: NDArray[np.int64]
    vertex: NDArray[np.int64]


def cut_into_charts(mesh: trimesh.Trimesh) -> Charts:
    """Label each face with the axis that its surroundings face; connected faces of one label are a chart.

    Small charts join a neighbour, as far as they can be seen from its axis. Charts are projected along their axis.
    """
    faces = np.asarray(mesh.faces, np.int64)
    normals, area = np.asarray(mesh.face_normals, np.float64), np.asarray(mesh.area_faces, np.float64)
    pairs = np.asarray(mesh.face_adjacency, np.int64).reshape(-1, 2)
    allowed = normals @ _AXES.T
    smooth = _smooth(normals * area[:, None], faces, len(mesh.vertices))
    axis = np.argmax(np.where(allowed > _FLATTEST, smooth @ _AXES.T + 10, allowed), axis=1)
    for _ in range(_MERGING_STEPS):
        axis = _merge_small(axis, pairs, area, allowed)
    chart = _components(axis, pairs)
    keys = chart[:, None] * len(mesh.vertices) + faces
    unique, index = np.unique(keys, return_inverse=True)
    corners = index.reshape(faces.shape)
    vertex = unique % len(mesh.vertices)
    corner_axis = np.empty(len(unique), np.int64)
    corner_axis[corners] = axis[:, None]
    return Charts(chart, axis, _project(np.asarray(mesh.vertices, np.float64)[vertex], corner_axis), corners, vertex)


def _smooth(vectors: NDArray[np.float64], faces: NDArray[np.int64], vertices: int) -> NDArray[np.float64]:
    """Unit vectors of faces, averaged with those around them; there and back through the vertices."""
    index = faces.reshape(-1)
    around = csr_array(
        (np.ones(len(index)), (np.repeat(np.arange(len(faces)), 3), index)), shape=(len(faces), vertices)
    )
    towards = around.T.tocsr()
    for _ in range(_SMOOTHING_STEPS):
        vectors = around @ (towards @ vectors)
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
    return vectors


def _merge_small(
    axis: NDArray[np.int64], pairs: NDArray[np.int64], area: NDArray[np.float64], allowed: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Give the faces of small charts the axis of the neighbour that they share most edges with."""
    chart = _components(axis, pairs)
    small = (np.bincount(chart, area) < _SMALLEST_SHARE * area.sum())[chart]
    both = np.concatenate([pairs, pairs[:, ::-1]])
    border = both[small[both[:, 0]] & (axis[both[:, 0]] != axis[both[:, 1]])]
    votes = np.zeros((int(chart.max()) + 1, len(_AXES)))
    np.add.at(votes, (chart[border[:, 0]], axis[border[:, 1]]), 1)
    wanted = np.argmax(votes, axis=1)[chart]
    can = small & (votes.max(axis=1) > 0)[chart] & (allowed[np.arange(len(axis)), wanted] > _FLATTEST)
    return np.where(can, wanted, axis)


def _components(axis: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    same = pairs[axis[pairs[:, 0]] == axis[pairs[:, 1]]]
    links = coo_array((np.ones(len(same), np.int8), (same[:, 0], same[:, 1])), shape=(len(axis), len(axis)))
    return np.asarray(connected_components(links.tocsr(), directed=False)[1], np.int64)


def _project(points: NDArray[np.float64], axis: NDArray[np.int64]) -> NDArray[np.float64]:
    """(k, 2): seen along the axis from outside, not mirrored."""
    first, second = np.array([1, 2, 0])[axis % 3], np.array([2, 0, 1])[axis % 3]
    rows = np.arange(len(points))
    sign = np.where(axis < 3, 1.0, -1.0)
    return np.column_stack([sign * points[rows, first], points[rows, second]])
