"""The pieces of a thing: what its file names, or what of its surface hangs together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, cast

import numpy as np
import trimesh
from manifold3d import Manifold
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from jobs.geometry.box_axes import find_box_axes
from jobs.geometry.closed import compute_volume_m3, count_open_edges, label_pieces
from jobs.geometry.mesh_file import LoadedMesh

_SOLID = 0.6
"""Of its hull's volume; of a tray or a drawer the walls are less."""
_Points = np.ndarray[tuple[int, Literal[3]], np.dtype[np.float64]]


@dataclass(frozen=True)
class Pieces:
    """`corners` (m, 3, 3) of the faces [m], along `axes` (3, 3), rows: the directions that the thing is built along;
    `of_face` (m,): the piece of each; `names`: what the file calls the pieces, empty where it says nothing."""

    axes: NDArray[np.float64]
    corners: NDArray[np.float64]
    of_face: NDArray[np.int64]
    names: tuple[str, ...] = ()

    @cached_property
    def low_m(self) -> NDArray[np.float64]:
        """(n, 3)"""
        low_m = np.full((self.count, 3), np.inf)
        np.minimum.at(low_m, self.of_face, self.corners.min(axis=1))
        return low_m

    @cached_property
    def high_m(self) -> NDArray[np.float64]:
        """(n, 3)"""
        high_m = np.full((self.count, 3), -np.inf)
        np.maximum.at(high_m, self.of_face, self.corners.max(axis=1))
        return high_m

    @cached_property
    def count(self) -> int:
        return int(self.of_face.max()) + 1

    @cached_property
    def diagonal_m(self) -> float:
        return float(np.linalg.norm(self.high_m.max(axis=0) - self.low_m.min(axis=0)))

    @cached_property
    def sizes(self) -> NDArray[np.float64]:
        """(n,) The largest side of each piece's box, as part of the whole thing's."""
        whole = _largest_side((self.high_m.max(axis=0) - self.low_m.min(axis=0))[None])
        return _largest_side(self.high_m - self.low_m) / whole

    def mesh(self, chosen: NDArray[np.bool_]) -> tuple[trimesh.Trimesh, NDArray[np.int64]]:
        """The faces of the pieces (n,) that are chosen, and which piece each is of."""
        kept = chosen[self.of_face]
        corners = self.corners[kept].reshape(-1, 3)
        mesh = trimesh.Trimesh(corners, np.arange(len(corners)).reshape(-1, 3), process=False, validate=False)
        return mesh, self.of_face[kept]

    def hull(self, chosen: NDArray[np.bool_]) -> Manifold:
        """Convex hull of the pieces (n,) that are chosen; empty if they are flat."""
        points = self.corners[chosen[self.of_face]].reshape(-1, 3)
        return Manifold.hull_points(cast(_Points, points))

    def only(self, piece: int) -> NDArray[np.bool_]:
        """(n,)"""
        return np.arange(self.count) == piece

    def is_hollow(self, piece: int) -> bool:
        """Whether its surface is open, or encloses much less than its hull does."""
        mesh, _ = self.mesh(self.only(piece))
        hull_m3 = float(self.hull(self.only(piece)).volume())
        return count_open_edges(mesh) > 0 or abs(compute_volume_m3(mesh)) < _SOLID * hull_m3


def by_object(loaded: LoadedMesh) -> Pieces | None:
    """The file's own objects; None if it has none, or one."""
    if loaded.object_of_face is None:
        return None
    used, of_face = np.unique(loaded.object_of_face, return_inverse=True)
    if len(used) < 2:
        return None
    return Pieces(*_turn(loaded.mesh), of_face.reshape(-1), tuple(loaded.names[item] for item in used))


def unite_split(pieces: Pieces, mesh: trimesh.Trimesh, moves: NDArray[np.bool_]) -> Pieces:
    """Objects between which one surface goes on are one, called as the largest of them: exporters split by material.

    Args:
        moves: (n,) Which of them are said to move; they are not united with others, which they may touch.
    """
    surfaces = pieces.count + 2 * label_pieces(mesh) + moves[pieces.of_face]
    size = int(surfaces.max()) + 1
    links = coo_array((np.ones(len(surfaces), np.int8), (pieces.of_face, surfaces)), shape=(size, size))
    _, labels = connected_components(links.tocsr(), directed=False)
    _, group = np.unique(labels[: pieces.count], return_inverse=True)
    counts = np.bincount(pieces.of_face)
    largest = [
        max(np.flatnonzero(group == number), key=lambda piece: counts[piece]) for number in range(group.max() + 1)
    ]
    return Pieces(pieces.axes, pieces.corners, group[pieces.of_face], tuple(pieces.names[piece] for piece in largest))


def by_surface(loaded: LoadedMesh) -> Pieces:
    """Surfaces that share no position."""
    return Pieces(*_turn(loaded.mesh), label_pieces(loaded.mesh))


def _turn(mesh: trimesh.Trimesh) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    axes = find_box_axes(mesh)
    return axes, np.asarray(mesh.triangles, np.float64) @ axes.T


def _largest_side(extents_m: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sort(extents_m, axis=1)[:, 1:].prod(axis=1)
