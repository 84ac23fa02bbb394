"""Faces and what they are stretched between, while they are being mended."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from jobs.geometry.closed import merge_vertices

Changes = tuple[str, ...]


@dataclass(frozen=True)
class Surface:
    """`vertices_m` (n, 3), one per position; `faces` (m, 3)."""

    vertices_m: NDArray[np.float64]
    faces: NDArray[np.int64]

    @property
    def diagonal_m(self) -> float:
        return float(np.linalg.norm(np.ptp(self.vertices_m, axis=0))) if len(self.vertices_m) else 0.0

    @property
    def corners_m(self) -> NDArray[np.float64]:
        """(m, 3, 3)"""
        return self.vertices_m[self.faces]

    @property
    def areas_m2(self) -> NDArray[np.float64]:
        """(m,)"""
        a, b, c = self.corners_m.transpose(1, 0, 2)
        return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2

    def with_faces(self, faces: NDArray[np.int64]) -> Surface:
        """Other faces between the same vertices."""
        return replace(self, faces=faces)

    def as_mesh(self) -> trimesh.Trimesh:
        """The same, of those vertices that are used."""
        used, corners = np.unique(self.faces, return_inverse=True)
        return trimesh.Trimesh(self.vertices_m[used], corners.reshape(-1, 3), process=False, validate=False)


@dataclass(frozen=True)
class Edges:
    """Edges of faces (m, 3), whichever way they run. `ends` (k, 2) ascending; `of_face` (m, 3): from its first corner
    to its second, and so on; `count` (k,) of faces there."""

    ends: NDArray[np.int64]
    of_face: NDArray[np.int64]
    count: NDArray[np.int64]

    @classmethod
    def of(cls, faces: NDArray[np.int64]) -> Edges:
        ends = np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
        width = int(faces.max(initial=0)) + 1
        keys, index, count = np.unique(ends @ (width, 1), return_inverse=True, return_counts=True)
        return cls(np.stack(np.divmod(keys, width), axis=1), index.reshape(-1, 3), count)

    def group_faces(self, across: NDArray[np.bool_]) -> NDArray[np.int64]:
        """(m,) group of each face, by first face: faces hang together across the edges (k,) that are marked."""
        rows, columns = np.divmod(np.arange(self.of_face.size), 3)[0], self.of_face.reshape(-1)
        chosen = across[columns]
        size = len(self.of_face) + len(self.ends)
        graph = coo_array(
            (np.ones(int(chosen.sum()), np.int8), (rows[chosen], len(self.of_face) + columns[chosen])), (size, size)
        )
        labels = connected_components(graph, directed=False)[1][: len(self.of_face)]
        _, first, index = np.unique(labels, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[index.reshape(-1)]


def split_surfaces(surface: Surface) -> list[Surface]:
    """One for each set of faces that hang together by edges, in the order of their first face."""
    edges = Edges.of(surface.faces)
    labels = edges.group_faces(np.ones(len(edges.ends), bool))
    return [surface.with_faces(surface.faces[labels == label]) for label in range(int(labels.max(initial=-1)) + 1)]


def clean(mesh: trimesh.Trimesh) -> tuple[Surface, Changes]:
    """One vertex per position; no face without area, none twice."""
    merged = merge_vertices(mesh)
    faces = np.asarray(merged.faces, np.int64)
    surface = Surface(np.asarray(merged.vertices, np.float64), faces)
    distinct = without_duplicates(faces)
    return surface.with_faces(distinct), (
        *told("merged {} duplicate vertices", len(mesh.vertices) - len(merged.vertices)),
        *told("removed {} faces without area", len(mesh.faces) - len(faces)),
        *told("removed {} duplicate faces", len(faces) - len(distinct)),
    )


def without_duplicates(faces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each triple of vertices once; a face and its own back cancel each other."""
    if not len(faces):
        return faces
    triples, index = np.unique(np.sort(faces, axis=1), axis=0, return_inverse=True)
    sign = np.where(_is_even(faces), 1, -1)
    balance = np.zeros(len(triples), np.int64)
    np.add.at(balance, index.reshape(-1), sign)
    same_way = sign * np.sign(balance)[index.reshape(-1)] > 0
    kept = np.zeros(len(faces), bool)
    seen = np.full(len(triples), len(faces))
    np.minimum.at(seen, index.reshape(-1)[same_way], np.flatnonzero(same_way))
    kept[seen[seen < len(faces)]] = True
    return faces[kept]


def _is_even(faces: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a face names its vertices in a rotation of ascending order."""
    a, b, c = faces.T
    return ((a < b) & (b < c)) | ((b < c) & (c < a)) | ((c < a) & (a < b))


def told(text: str, count: int) -> Changes:
    """A change in words, if there was any."""
    return (text.format(count),) if count else ()
