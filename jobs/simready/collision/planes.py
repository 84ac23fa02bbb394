"""Convex parts by planes: the part that its hull fits worst is cut in two, again and again, on the exact mesh.

V-HACD's idea (Mamou and Ghorbel 2009) without voxels. It knows when to stop, so that what is nearly convex gets few
parts, and every hull touches the surface that it stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import trimesh
from manifold3d import Manifold
from numpy.typing import NDArray

from jobs.contracts.simready import ColliderSettings
from jobs.geometry.closed import to_manifold
from jobs.simready.collision.hulls import limit_vertices, vertices_of

_PLACES = np.linspace(0, 1, 9)[1:-1].tolist()
_AIM = 0.8
"""Of the error that is allowed: what comes after (a coarser mesh, primitives) adds some."""


@dataclass(frozen=True)
class _Part:
    """A piece of the solid, its hull, and by how much volume [m^3] what will collide differs from it, at most."""

    piece: Manifold
    hull: Manifold
    error_m3: float


def decompose(
    vertices_m: NDArray[np.float64], faces: NDArray[np.int64], settings: ColliderSettings, seed: int
) -> list[NDArray[np.float64]]:
    """See `Decomposition`. Nothing in it is random."""
    solid = to_manifold(trimesh.Trimesh(vertices_m, faces, process=False, validate=False))
    allowed_m3 = _AIM * (1 - settings.accept_iou) * solid.volume()
    parts = [_measure(solid, settings)]
    while len(parts) < settings.max_hulls and sum(part.error_m3 for part in parts) > allowed_m3:
        worst = max(range(len(parts)), key=lambda index: parts[index].error_m3)
        halves = min(_cuts(parts[worst].piece), key=_volume_of_hulls, default=None)
        if halves is None:
            break
        parts[worst : worst + 1] = [_measure(half, settings) for half in halves]
    return [vertices_of(part.hull) for part in parts]


def _measure(piece: Manifold, settings: ColliderSettings) -> _Part:
    """What the hull has too much, and what it loses with all but a few of its vertices."""
    hull = piece.hull()
    lost_m3 = hull.volume() - limit_vertices(hull, settings.max_hull_vertices).volume()
    return _Part(piece, hull, hull.volume() - piece.volume() + lost_m3)


def _cuts(piece: Manifold) -> Iterator[tuple[Manifold, Manifold]]:
    """The piece in two, by planes across the object's axes and its own principal ones."""
    points_m = vertices_of(piece)
    _, principal = np.linalg.eigh(np.cov(points_m.T))
    for normal in (*np.eye(3), *principal.T):
        along_m = points_m @ normal
        low_m, high_m = float(along_m.min()), float(along_m.max())
        for place in _PLACES:
            above, below = piece.split_by_plane(normal, low_m + place * (high_m - low_m))
            if not above.is_empty() and not below.is_empty():
                yield above, below


def _volume_of_hulls(halves: tuple[Manifold, Manifold]) -> float:
    return sum(half.hull().volume() for half in halves)
