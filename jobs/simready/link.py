"""One rigid part of the object, worked out: the closed solid, what is seen, and what collides."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from jobs.contracts.simready import Link, SimreadyRequest
from jobs.runtime.workspace import Progress, derive_seed
from jobs.simready.appearance.visual import Visual, make_visual
from jobs.simready.articulation.piece import Piece
from jobs.simready.authoring.parts import LinkParts
from jobs.simready.collision.colliders import Colliders, build_colliders


@dataclass(frozen=True)
class BuiltLink:
    """Everything of one link [m], in the object frame."""

    piece: Piece
    visual: Visual
    colliders: Colliders

    @property
    def name(self) -> str:
        return self.piece.name


def build_links(
    pieces: Sequence[Piece], request: SimreadyRequest, scratch: Path, progress: Progress
) -> tuple[BuiltLink, ...]:
    """Side by side as far as there are processors. What comes of one link depends on no other."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return tuple(pool.map(lambda piece: build_link(piece, request, scratch, progress), pieces))


def build_link(piece: Piece, request: SimreadyRequest, scratch: Path, progress: Progress) -> BuiltLink:
    """The visual mesh and the colliders of one piece."""
    progress("visual mesh")
    visual = make_visual(piece.solid, piece.source, request.visual, piece.colours)
    seed = derive_seed(request.seed, "colliders", piece.name)
    folder = scratch / piece.name
    folder.mkdir(exist_ok=True)
    return BuiltLink(piece, visual, build_colliders(piece.solid, request.colliders, seed, folder, progress))


def as_parts(described: Link, built: BuiltLink) -> LinkParts:
    """What files are authored from."""
    return LinkParts(described, built.visual, built.colliders.shapes)
