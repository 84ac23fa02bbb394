"""Things whose parts move, made of plates, and how they truly move."""

from __future__ import annotations

from typing import Any

import trimesh

from jobs.contracts.parts import JointAnnotation
from jobs.geometry.closed import to_manifold
from jobs.simready.articulation.piece import Piece
from jobs.simready.articulation.pieces import Pieces

Bounds = tuple[tuple[float, float, float], tuple[float, float, float]]
Thing = dict[str, trimesh.Trimesh]

DRAWER_SLIDES = JointAnnotation(
    name="slide", parent="base", child="drawer", type="prismatic", axis=(0, -1, 0), range_m=(0, 0.15)
)
LID_TURNS = JointAnnotation(
    name="hinge", parent="base", child="lid", type="revolute", axis=(-1, 0, 0), pivot_m=(0, 0.1, 0.1),
    range_rad=(0, 1.5),
)  # fmt: skip


def plates(*bounds: Bounds) -> trimesh.Trimesh:
    """Boxes, united."""
    return trimesh.boolean.union([trimesh.creation.box(bounds=box) for box in bounds], engine="manifold")


def chest() -> Thing:
    """0.3 x 0.2 x 0.12 m, open towards -y, where a drawer with a handle sits in it with 1 mm of play."""
    base = plates(
        ((-0.15, -0.1, 0), (0.15, 0.1, 0.01)),
        ((-0.15, -0.1, 0.11), (0.15, 0.1, 0.12)),
        ((-0.15, -0.1, 0), (-0.14, 0.1, 0.12)),
        ((0.14, -0.1, 0), (0.15, 0.1, 0.12)),
        ((-0.15, 0.09, 0), (0.15, 0.1, 0.12)),
    )
    drawer = plates(
        ((-0.139, -0.1, 0.011), (0.139, 0.085, 0.016)),
        ((-0.139, -0.1, 0.011), (-0.134, 0.085, 0.08)),
        ((0.134, -0.1, 0.011), (0.139, 0.085, 0.08)),
        ((-0.139, 0.08, 0.011), (0.139, 0.085, 0.08)),
        ((-0.139, -0.1, 0.011), (0.139, -0.09, 0.109)),
        ((-0.03, -0.115, 0.055), (0.03, -0.099, 0.065)),
    )
    return {"base": base, "drawer": drawer}


def laptop() -> Thing:
    """0.3 x 0.2 m, its screen upright at the back edge of the base."""
    return {
        "base": plates(((-0.15, -0.1, 0), (0.15, 0.1, 0.02))),
        "screen": plates(((-0.15, 0.085, 0.021), (0.15, 0.095, 0.22))),
    }


def pieces_of(thing: Thing, **fields: Any) -> Pieces:
    """The parts as solids, as if they had been repaired."""
    return Pieces(tuple(Piece(name, mesh, to_manifold(mesh), mesh, ()) for name, mesh in thing.items()), {}, **fields)


def box_with_lid() -> Thing:
    """0.3 x 0.2 x 0.1 m, open at the top, with a lid on it whose handle is at the front (-y)."""
    base = plates(
        ((-0.15, -0.1, 0), (0.15, 0.1, 0.01)),
        ((-0.15, -0.1, 0), (-0.14, 0.1, 0.1)),
        ((0.14, -0.1, 0), (0.15, 0.1, 0.1)),
        ((-0.15, 0.09, 0), (0.15, 0.1, 0.1)),
        ((-0.15, -0.1, 0), (0.15, -0.09, 0.1)),
    )
    lid = plates(((-0.15, -0.1, 0.1), (0.15, 0.1, 0.11)), ((-0.03, -0.095, 0.105), (0.03, -0.08, 0.125)))
    return {"base": base, "lid": lid}
