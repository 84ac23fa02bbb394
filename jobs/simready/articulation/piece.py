"""One part mesh of the object, as it came and as a solid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import manifold3d
import trimesh
from manifold3d import Manifold

from jobs.geometry.closed import from_manifold
from jobs.geometry.colour_points import ColourPoints
from jobs.geometry.joining import concatenate


@dataclass(frozen=True)
class Piece:
    """`source`: the mesh that came in, with its colours; `solid` and `mesh`: the closed volume that was made of it.
    All in the object frame [m]. `changes`: what that took. `colours`: of the source between its vertices, if it came
    with a picture on it."""

    name: str
    source: trimesh.Trimesh
    solid: Manifold
    mesh: trimesh.Trimesh
    changes: tuple[str, ...]
    colours: ColourPoints | None = None


def unite(name: str, pieces: Sequence[Piece]) -> Piece:
    """Several pieces that move as one."""
    if len(pieces) == 1:
        return replace(pieces[0], name=name)
    solid = Manifold.batch_boolean([piece.solid for piece in pieces], manifold3d.OpType.Add)
    source = concatenate([piece.source for piece in pieces])
    changes = tuple(f"{piece.name}: {change}" for piece in pieces for change in piece.changes)
    return Piece(name, source, solid, from_manifold(solid), changes)
