"""From part meshes and joints to links."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.simready.articulation.articulation import Articulation
from jobs.simready.articulation.piece import Piece, unite


def gather_links(pieces: Sequence[Piece], articulation: Articulation) -> tuple[Piece, ...]:
    """One piece per link: the base, with every part that no joint moves, then the children in the joints' order."""
    moved = [joint.child for joint in articulation.joints]
    fixed = [piece for piece in pieces if piece.name not in moved]
    by_name = {piece.name: piece for piece in pieces}
    return (unite(articulation.base, fixed), *(by_name[name] for name in moved))
