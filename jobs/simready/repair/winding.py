"""Neighbouring faces must run along their common edge in opposite directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from jobs.simready.repair.surface import Changes, Surface, told


def make_winding_consistent(surface: Surface) -> tuple[Surface, Changes]:
    """Turn the fewest faces of each connected surface so that all neighbours agree.

    Agreement is spread across edges that exactly two faces share; a Moebius strip cannot be made to agree.
    """
    faces = surface.faces
    pairs, agree = _neighbours(faces)
    if agree.all():
        return surface, ()
    rows = np.concatenate([pairs[:, 0], pairs[:, 1]])
    columns = np.concatenate([pairs[:, 1], pairs[:, 0]])
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(faces), len(faces))).tocsr()
    differs = {(int(a), int(b)) for a, b in pairs[~agree]}
    turned = np.zeros(len(faces), bool)
    _, labels = connected_components(graph, directed=False)
    for root in np.unique(labels, return_index=True)[1]:
        order, parent = breadth_first_order(graph, int(root), directed=False)
        for face in order[1:].tolist():
            above = int(parent[face])
            turned[face] = turned[above] ^ ((min(face, above), max(face, above)) in differs)
        part = order[turned[order]]
        if 2 * len(part) > len(order):
            turned[order] = ~turned[order]
    faces = faces.copy()
    faces[turned] = faces[turned][:, ::-1]
    return surface.with_faces(faces), told("turned {} faces to agree with their neighbours", int(turned.sum()))


def _neighbours(faces: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(k, 2) ascending pairs of faces that alone share an edge, and whether they run along it in opposite ways."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    owner = np.tile(np.arange(len(faces)), 3)
    forward = edges[:, 0] < edges[:, 1]
    order = np.lexsort(np.sort(edges, axis=1).T)
    edges, owner, forward = np.sort(edges, axis=1)[order], owner[order], forward[order]
    fresh = np.flatnonzero(np.append(True, (edges[1:] != edges[:-1]).any(axis=1)))
    sizes = np.diff(np.append(fresh, len(edges)))
    first = fresh[sizes == 2]
    pairs = np.sort(np.stack([owner[first], owner[first + 1]], axis=1), axis=1)
    return pairs, forward[first] != forward[first + 1]
