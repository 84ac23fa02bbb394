"""Connected surfaces."""

from __future__ import annotations

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def split_surfaces(vertices_m: NDArray[np.float64], faces: NDArray[np.int64]) -> list[trimesh.Trimesh]:
    """One mesh per set of faces that hang together by vertices, in the order of their first face.

    Args:
        vertices_m: (n, 3)
        faces: (m, 3)
    """
    labels = _label(faces, len(vertices_m))
    order = np.argsort(labels, kind="stable")
    groups = np.split(faces[order], np.cumsum(np.bincount(labels))[:-1]) if len(faces) else []
    surfaces = []
    for group in groups:
        used, corners = np.unique(group, return_inverse=True)
        surfaces.append(trimesh.Trimesh(vertices_m[used], corners.reshape(-1, 3), process=False, validate=False))
    return surfaces


def _label(faces: NDArray[np.int64], vertices: int) -> NDArray[np.int64]:
    """(m,) which surface each face belongs to, numbered by first appearance."""
    rows, columns = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]]]).T
    graph = coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(vertices, vertices))
    labels = connected_components(graph, directed=False)[1][faces[:, 0]]
    _, first, index = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[index.reshape(-1)]
