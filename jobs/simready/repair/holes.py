"""Closing holes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from jobs.contracts.repair import RepairSettings
from jobs.simready.repair.surface import Changes, Edges, Surface, told


def fill_holes(surface: Surface, settings: RepairSettings) -> tuple[Surface, Changes]:
    """A lid over each boundary loop of a consistently wound surface that is short and narrow. No vertex is added."""
    limit_m = settings.max_hole_width * surface.diagonal_m
    lids, filled = [surface.faces], 0
    for loop in _boundary_loops(surface.faces):
        ring_m = surface.vertices_m[loop]
        narrow = float(np.linalg.norm(np.ptp(ring_m, axis=0))) <= limit_m
        if narrow and 3 <= len(loop) <= settings.max_hole_edges:
            lids.append(np.array(loop)[triangulate_loop(ring_m)])
            filled += 1
    return surface.with_faces(np.concatenate(lids)), told("filled {} holes", filled)


def triangulate_loop(ring_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """The triangles (k - 2, 3), indices of the ring, that span a closed ring of points (k, 3) with the least area.

    Source: Barequet and Sharir 1995, "Filling gaps in the boundary of a polyhedron".
    """
    size = len(ring_m)
    least = np.full((size, size), np.inf)
    choice = np.zeros((size, size), np.int64)
    least[np.arange(size - 1), np.arange(1, size)] = 0
    for span in range(2, size):
        start = np.arange(size - span)
        between = start[:, None] + np.arange(1, span)
        a, b, c = ring_m[start, None], ring_m[between], ring_m[start + span, None]
        area = np.linalg.norm(np.cross(b - a, c - a), axis=2) / 2
        total = area + least[start[:, None], between] + least[between, start[:, None] + span]
        best = total.argmin(axis=1)
        least[start, start + span] = total[start, best]
        choice[start, start + span] = between[start, best]
    triangles, waiting = [], [(0, size - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first > 1:
            middle = int(choice[first, last])
            triangles.append((first, middle, last))
            waiting += [(first, middle), (middle, last)]
    return np.array(triangles, np.int64)


def _boundary_loops(faces: NDArray[np.int64]) -> list[list[int]]:
    """Closed walks along edges of one face only, against its winding.

    Where several boundaries meet in a vertex, each goes on along the faces that it came by.
    """
    edges = Edges.of(faces)
    face, side = np.nonzero(edges.count[edges.of_face] == 1)
    fans = _label_fans(faces, edges)
    come, go = fans[face, (side + 1) % 3], fans[face, side]
    onward = dict(zip(come.tolist(), go.tolist(), strict=True))
    vertex = dict(zip(fans[face, side].tolist(), faces[face, side].tolist(), strict=True))
    loops = []
    while onward:
        start, at = onward.popitem()
        loop = [vertex.get(start, -1)]
        while at != start and at in onward:
            loop.append(vertex[at])
            at = onward.pop(at)
        if at == start:
            loops.append(loop)
    return loops[::-1]


def _label_fans(faces: NDArray[np.int64], edges: Edges) -> NDArray[np.int64]:
    """(m, 3) number of each corner; those of one vertex share it if faces lead from one to the other around it."""
    corner = np.arange(faces.size).reshape(-1, 3)
    order = np.argsort(edges.of_face.reshape(-1), kind="stable")
    starts = np.flatnonzero(np.diff(edges.of_face.reshape(-1)[order], prepend=-1))
    paired = starts[edges.count == 2]
    (face_a, side_a), (face_b, side_b) = (np.divmod(order[paired + i], 3) for i in (0, 1))
    rows, columns = [], []
    for end_a in (0, 1):
        at_a = corner[face_a, (side_a + end_a) % 3]
        for end_b in (0, 1):
            at_b = corner[face_b, (side_b + end_b) % 3]
            same = faces.reshape(-1)[at_a] == faces.reshape(-1)[at_b]
            rows.append(at_a[same])
            columns.append(at_b[same])
    pairs = (np.concatenate(rows), np.concatenate(columns))
    graph = coo_array((np.ones(len(pairs[0]), np.int8), pairs), (faces.size, faces.size))
    return connected_components(graph, directed=False)[1].reshape(-1, 3)
