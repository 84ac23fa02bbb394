"""One file to the parts of a thing that may move: by what the file names, else by surfaces that hang together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.contracts.parts import Separation
from jobs.contracts.reconstruction import PartingSettings
from jobs.geometry.excerpt import take_faces
from jobs.geometry.mesh_file import LoadedMesh
from jobs.reconstruction.errors import TooManyParts, listed
from jobs.reconstruction.parting.movable import Thing
from jobs.reconstruction.parting.naming import name_parts, says_it_moves, says_it_rides
from jobs.reconstruction.parting.pieces import Pieces, by_object, by_surface, unite_split
from jobs.reconstruction.parting.riding import find_hosts
from jobs.reconstruction.parting.views import look_from_six_sides

_BY_NAMES, _BY_SURFACES = Separation(by="names", confidence=0.9), Separation(by="surfaces", confidence=0.7)
"""Rules, not measured frequencies: artists name what they modelled, which need not be what moves; a surface tells less.
Both are above what a joint needs by default."""
_SAME_HEIGHT, _SAME_VOLUME = 0.01, 1 - 1e-6
"""Diagonals; a share."""


@dataclass(frozen=True)
class Parting:
    """`parts` by name, in the frame of the whole, which together are the whole; a single one where nothing could be
    told apart. `warnings`: how they were told apart, and what was joined."""

    parts: dict[str, trimesh.Trimesh]
    separation: Separation
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Sorted:
    """`part` (n,): the piece whose part each belongs to; `kept`: those pieces, the base first; how many might be parts,
    too, but were `left_out`, being too many."""

    part: NDArray[np.int64]
    kept: tuple[int, ...]
    left_out: int


def take_apart(loaded: LoadedMesh, settings: PartingSettings) -> Parting:
    """The parts that may move, and one that is all the rest."""
    objects = by_object(loaded)
    if objects is not None:
        moves = np.array([says_it_moves(name) for name in objects.names])
        named = unite_split(objects, loaded.mesh, moves)
        found = _sort_out(named, settings)
        if len(found.kept) > 1:
            return _part_by_names(loaded, named, found.part, found.left_out)
    pieces = by_surface(loaded)
    found = _sort_out(pieces, settings)
    base, *parts = (take_faces(loaded.mesh, (found.part == piece)[pieces.of_face]) for piece in found.kept)
    parts.sort(key=lambda part: _from_the_top(part, pieces.diagonal_m))
    made = {"base": base} | {f"part_{number}": part for number, part in enumerate(parts, start=1)}
    if not parts:
        return Parting(made, _BY_SURFACES, (_nothing_found(pieces.count),))
    warnings = (_found(_BY_SURFACES, f"{pieces.count} pieces of surface", made), *_left_out(found.left_out))
    return Parting(made, _BY_SURFACES, warnings)


def keep_names(loaded: LoadedMesh, settings: PartingSettings) -> Parting | None:
    """Each of the file's objects as a part, for somebody said how they move; None if it has none.

    Raises:
        TooManyParts
    """
    objects = by_object(loaded)
    if objects is None:
        return None
    if objects.count > settings.max_parts:
        raise TooManyParts(objects.count, settings.max_parts)
    return _part_by_names(loaded, objects, np.arange(objects.count), left_out=0)


def _part_by_names(loaded: LoadedMesh, pieces: Pieces, part_of_piece: NDArray[np.int64], left_out: int) -> Parting:
    assert loaded.object_of_face is not None  # the pieces are its objects
    kept: list[int] = np.unique(part_of_piece).tolist()
    names = dict(zip(kept, name_parts([pieces.names[piece] for piece in kept]), strict=True))
    part_of_face = part_of_piece[pieces.of_face]
    made = {names[piece]: take_faces(loaded.mesh, part_of_face == piece) for piece in kept}
    objects, first = np.unique(loaded.object_of_face, return_index=True)
    told = [(loaded.names[item], int(part_of_face[face])) for item, face in zip(objects, first, strict=True)]
    joined = [f"{name} to {names[part]}" for name, part in told if name != pieces.names[part]]
    renamed = [f"{pieces.names[piece]} as {name}" for piece, name in names.items() if pieces.names[piece] != name]
    warnings = [_found(_BY_NAMES, f"{len(objects)} named objects", made), *_left_out(left_out)]
    if joined:
        warnings.append(f"objects that move with another one were joined: {listed(joined)}")
    if renamed:
        warnings.append(f"objects were renamed: {listed(renamed)}")
    return Parting(made, _BY_NAMES, tuple(warnings))


def _sort_out(pieces: Pieces, settings: PartingSettings) -> _Sorted:
    names = pieces.names or ("",) * pieces.count
    moves = np.array([says_it_moves(name) for name in names])
    riders = np.array([says_it_rides(name) for name in names]) | ((pieces.sizes < settings.smallest) & ~moves)
    if riders.all():
        riders[int(pieces.sizes.argmax())] = False
    crowd = _beyond(settings.max_pieces, pieces, moves, riders)
    riders[crowd] = True
    large: list[int] = np.flatnonzero(~riders).tolist()
    base = _bulkiest(pieces, [piece for piece in large if not moves[piece]] or large)
    thing = Thing(pieces, find_hosts(pieces, riders), look_from_six_sides(pieces, ~riders, settings.views), settings)
    shaped = [piece for piece in large if piece != base and (moves[piece] or thing.has_the_shape(piece))]
    riders |= (pieces.sizes < settings.small) & ~np.isin(np.arange(pieces.count), [base, *shaped])
    thing = replace(thing, hosts=find_hosts(pieces, riders))
    moving = [piece for piece in shaped if moves[piece] or thing.is_free(piece)]
    moving.sort(key=lambda piece: -pieces.sizes[piece])
    taken = moving[: settings.max_parts - 1]
    kept = (base, *sorted(taken))
    carrier, fixed = np.arange(pieces.count), ~np.isin(np.arange(pieces.count), kept)
    for piece in taken:  # the smallest last: what lies in several is of that one
        carrier[thing.inside(piece) & fixed] = piece
    part = carrier[thing.hosts]
    return _Sorted(np.where(np.isin(part, kept), part, base), kept, len(moving) - len(taken) + len(crowd))


def _beyond(most: int, pieces: Pieces, moves: NDArray[np.bool_], riders: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Those that are not looked at: beyond so many, what is not said to move first, the smallest first."""
    large = np.flatnonzero(~riders)
    return large[np.lexsort((-pieces.sizes[large], ~moves[large]))][most:]


def _bulkiest(pieces: Pieces, among: Sequence[int]) -> int:
    volumes = {piece: float(pieces.hull(pieces.only(piece)).volume()) for piece in among}
    return next(piece for piece, volume in volumes.items() if volume >= _SAME_VOLUME * max(volumes.values()))


def _from_the_top(part: trimesh.Trimesh, diagonal_m: float) -> tuple[float, ...]:
    x, y, z = np.rint(part.bounds.mean(axis=0) / (_SAME_HEIGHT * diagonal_m)).tolist()
    return -z, x, y


def _found(separation: Separation, of: str, parts: Mapping[str, trimesh.Trimesh]) -> str:
    return (
        f"the parts were not given but found, by the {of} of the file (confidence {separation.confidence:.2f}): "
        f"{len(parts)} parts, {', '.join(parts)}"
    )


def _nothing_found(count: int) -> str:
    seen = "its surface hangs together" if count == 1 else f"none of its {count} pieces of surface is a door or drawer"
    return (
        f"no parts could be told apart, so it is one rigid part: {seen}, by shape and place; "
        "give each part as a file or a named object of its own"
    )


def _left_out(count: int) -> tuple[str, ...]:
    return (f"{count} more might be parts, but were left with the rest, for there are too many",) if count else ()
