"""Closing cracks: borders that lie side by side without sharing their vertices."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from jobs.contracts.repair import RepairSettings
from jobs.simready.repair.surface import Changes, Edges, Surface, told, without_duplicates

_ROUNDS = 8
_WELD_SHARE = 0.3
"""Of the shortest border edge at a vertex: welding must not swallow an edge."""


def close_cracks(surface: Surface, settings: RepairSettings) -> tuple[Surface, Changes]:
    """Weld vertices on borders, and cut border edges where a vertex of another border lies on them."""
    reach_m = settings.max_crack_width * surface.diagonal_m
    surface, welded = _weld(surface, reach_m)
    cut = 0
    for _ in range(_ROUNDS):
        surface, now = _cut_at_junctions(surface, reach_m)
        cut += now
        if not now:
            break
    return surface, (*told("welded {} vertices along cracks", welded), *told("cut {} edges at T-junctions", cut))


def _weld(surface: Surface, reach_m: float) -> tuple[Surface, int]:
    """Each vertex on a border takes the place of the first one that is near."""
    border, ends = _border(surface.faces)
    if not len(border):
        return surface, 0
    points_m = surface.vertices_m[border]
    lengths_m = np.linalg.norm(np.diff(surface.vertices_m[ends], axis=1)[:, 0], axis=1)
    shortest_m = np.full(len(border), np.inf)
    for end in ends.T:
        np.minimum.at(shortest_m, np.searchsorted(border, end), lengths_m)
    pairs = KDTree(points_m).query_pairs(reach_m, output_type="ndarray")
    gap_m = np.linalg.norm(points_m[pairs[:, 0]] - points_m[pairs[:, 1]], axis=1)
    pairs = pairs[gap_m <= _WELD_SHARE * shortest_m[pairs].min(axis=1)]
    graph = coo_array((np.ones(len(pairs), np.int8), tuple(pairs.T)), (len(border), len(border)))
    labels = connected_components(graph, directed=False)[1]
    first = np.full(labels.max() + 1, len(border))
    np.minimum.at(first, labels, np.arange(len(border)))
    place = np.arange(len(surface.vertices_m))
    place[border] = border[first[labels]]
    faces = place[surface.faces]
    distinct = (faces != np.roll(faces, 1, axis=1)).all(axis=1)
    return surface.with_faces(without_duplicates(faces[distinct])), int((place[border] != border).sum())


def _cut_at_junctions(surface: Surface, reach_m: float) -> tuple[Surface, int]:
    """Cut each face along one of its border edges, wherever border vertices lie on that edge."""
    border, ends = _border(surface.faces)
    if not len(border):
        return surface, 0
    a, b = surface.vertices_m[ends].transpose(1, 0, 2)
    length_m = np.linalg.norm(b - a, axis=1)
    near = KDTree(surface.vertices_m[border]).query_ball_point((a + b) / 2, length_m / 2 + reach_m)
    edges = Edges.of(surface.faces)
    owner = dict(zip(edges.of_face.reshape(-1).tolist(), np.repeat(np.arange(len(surface.faces)), 3), strict=True))
    added, removed = [], set[int]()
    alone = np.flatnonzero(edges.count == 1).tolist()
    for edge, candidates, origin, along, length in zip(alone, near, a, b - a, length_m, strict=True):
        (start, end), face = edges.ends[edge].tolist(), int(owner[edge])
        inserted = _on_edge(surface, border[candidates], origin, along / length, length, reach_m) if length > 0 else []
        inserted = [vertex for vertex in inserted if vertex not in surface.faces[face]]
        if inserted and face not in removed:
            removed.add(face)
            added.append(_fan(surface.faces[face], start, end, inserted))
    kept = np.delete(surface.faces, sorted(removed), axis=0)
    return surface.with_faces(without_duplicates(np.concatenate([kept, *added]))), len(removed)


def _on_edge(
    surface: Surface,
    vertices: NDArray[np.int64],
    origin_m: NDArray[np.float64],
    direction: NDArray[np.float64],
    length_m: float,
    reach_m: float,
) -> list[int]:
    """Those of some vertices that lie on an edge and off its ends, in order along it."""
    offset = surface.vertices_m[vertices] - origin_m
    at = offset @ direction
    off = np.linalg.norm(offset - at[:, None] * direction, axis=1)
    slack_m = min(reach_m, _WELD_SHARE * length_m)
    chosen = np.flatnonzero((off <= slack_m) & (at > slack_m) & (at < length_m - slack_m))
    return vertices[chosen[np.argsort(at[chosen], kind="stable")]].tolist()


def _fan(face: NDArray[np.int64], start: int, end: int, inserted: list[int]) -> NDArray[np.int64]:
    """The face, cut from the corner across its edge from `start` to `end` to vertices on that edge."""
    (apex,) = (corner for corner in face.tolist() if corner not in (start, end))
    line = [start, *inserted, end]
    runs_along = np.roll(face, -face.tolist().index(start))[1] == end
    fan = [(apex, one, next_one) for one, next_one in pairwise(line)]
    return np.array(fan, np.int64) if runs_along else np.array(fan, np.int64)[:, ::-1]


def _border(faces: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Vertices on edges of one face only (b,), ascending, and those edges (k, 2)."""
    edges = Edges.of(faces)
    ends = edges.ends[edges.count == 1]
    return np.unique(ends), ends
