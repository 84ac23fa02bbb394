"""Faces that run through each other. Embree finds where an edge meets a face, float64 confirms it."""

from __future__ import annotations

import numpy as np
import trimesh
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from jobs.reconstruction.parallel import map_in_threads, parts_of
from jobs.reconstruction.quality.edges import find_edges

_ROUNDS = 6
"""Faces that an edge may meet on its way; the first few are those that it belongs to."""
_END = 1e-4
"""Share of an edge at either end that is left out: there it meets the faces around its corners."""
_CHUNK_EDGES = 1 << 18
_DEPTH = 1e-6
"""Of the mesh's size: what lies less deep only touches."""


def find_self_intersections(mesh: trimesh.Trimesh) -> NDArray[np.int64]:
    """Numbers of faces that an edge of another face runs through; those that lie flat on each other are not among them.

    The mesh has one vertex per position, see `merge_vertices`.
    """
    faces = np.asarray(mesh.faces, np.int64)
    if len(faces) < 2:
        return np.zeros(0, np.int64)
    points = np.asarray(mesh.vertices, np.float64)
    points = (points - points.mean(axis=0)) / max(float(np.ptp(points, axis=0).max()), 1e-300)
    edges = find_edges(faces).ends
    scene = EmbreeScene()
    TriangleMesh(scene, np.ascontiguousarray(points[faces], np.float32))
    start, way = points[edges[:, 0]], points[edges[:, 1]] - points[edges[:, 0]]

    def follow(active: NDArray[np.int64]) -> NDArray[np.int64]:
        """Faces that some of the edges run through."""
        pierced: list[NDArray[np.int64]] = []
        passed = np.full(len(active), _END)
        for _ in range(_ROUNDS):
            origin = start[active] + passed[:, None] * way[active]
            hit = scene.run(
                np.ascontiguousarray(origin, np.float32), np.ascontiguousarray(way[active], np.float32),
                query="INTERSECT", output=1,
            )  # fmt: skip
            passed += np.where(hit["primID"] >= 0, hit["tfar"], np.inf).astype(np.float64)
            there = (hit["primID"] >= 0) & (passed < 1 - _END)
            active, face = active[there], np.asarray(hit["primID"], np.int64)[there]
            foreign = ~(faces[face][:, :, None] == edges[active][:, None, :]).any(axis=(1, 2))
            found = foreign & _pierces(start[active], way[active], points[faces[face]])
            pierced.append(face[found])
            passed = passed[there] + _END
            if not len(active):
                break
        return np.concatenate(pierced)

    every = np.arange(len(edges))
    parts = [every[some] for some in parts_of(len(edges), _CHUNK_EDGES)]
    return np.unique(np.concatenate(map_in_threads(follow, parts)))


def _pierces(start: NDArray[np.float64], way: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether segments (n, 3) run through triangles (n, 3, 3). Moeller and Trumbore 1997."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(first, second)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
    before = np.einsum("ij,ij->i", start - corners[:, 0], normal)
    after = np.einsum("ij,ij->i", start + way - corners[:, 0], normal)
    across = (before * after < 0) & (np.minimum(np.abs(before), np.abs(after)) > _DEPTH)
    t = before / np.where(np.abs(before - after) < 1e-300, 1e-300, before - after)
    point = start + t[:, None] * way
    inside = np.ones(len(start), np.bool_)
    for corner in range(3):
        side = corners[:, (corner + 1) % 3] - corners[:, corner]
        inside &= np.einsum("ij,ij->i", np.cross(side, point - corners[:, corner]), normal) > 0
    return across & inside
