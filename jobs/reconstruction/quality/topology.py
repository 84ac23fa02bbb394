"""How a surface hangs together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from jobs.reconstruction.quality.edges import find_edges


@dataclass(frozen=True)
class Topology:
    """`open_edges`: where faces do not run along both ways alike. `crowded_edges`: run by more than two faces.
    `holes`: rings of edges with one face only. `piece_areas` (pieces,).

    `genus`: handles of all pieces together; None where edges are crowded, for then it means nothing.
    """

    pieces: int
    open_edges: int
    crowded_edges: int
    holes: int
    genus: int | None
    piece_areas: NDArray[np.float64]

    @property
    def is_closed(self) -> bool:
        return self.pieces > 0 and self.open_edges == 0

    @property
    def is_manifold(self) -> bool:
        return self.crowded_edges == 0


def measure_topology(mesh: trimesh.Trimesh) -> Topology:
    """By Euler's formula, one disc put into every hole.

    The mesh has one vertex per position, see `merge_vertices`.
    """
    faces = np.asarray(mesh.faces, np.int64)
    if not len(faces):
        return Topology(0, 0, 0, 0, None, np.zeros(0))
    edges = find_edges(faces)
    balance = np.bincount(edges.index, np.where(edges.ways[:, 0] < edges.ways[:, 1], 1, -1))
    crowded = int(np.count_nonzero(edges.uses > 2))
    labels, holes = _label(edges.ends), len(np.unique(_label(edges.ends[edges.uses == 1])))
    areas = np.bincount(labels[edges.index.reshape(3, -1)[0]], np.asarray(mesh.area_faces)).astype(np.float64)
    characteristic = len(np.unique(faces)) - len(edges.ends) + len(faces) + holes
    genus = None if crowded else (2 * len(areas) - characteristic) // 2
    return Topology(len(areas), int(np.count_nonzero(balance)), crowded, holes, genus, areas)


def _label(edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,): which connected group each edge belongs to, from 0."""
    if not len(edges):
        return np.zeros(0, np.int64)
    _, index = np.unique(edges, return_inverse=True)
    index = index.reshape(-1, 2)
    size = int(index.max()) + 1
    links = coo_array((np.ones(len(index), np.int8), (index[:, 0], index[:, 1])), shape=(size, size))
    return np.asarray(connected_components(links.tocsr(), directed=False)[1], np.int64)[index[:, 0]]
