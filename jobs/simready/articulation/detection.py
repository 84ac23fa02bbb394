"""Which parts of a thing move, and how: as somebody said, else by their shapes and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from jobs.contracts.parts import JointAnnotation, Separation
from jobs.contracts.simready import JointKind, JointSettings, Mobility
from jobs.geometry.box_axes import find_box_axes
from jobs.simready.articulation.articulation import Articulation, FoundJoint
from jobs.simready.articulation.hinge import Hinge, find_hinges, opposite_the_handle
from jobs.simready.articulation.knowledge import expected_kind, expects_upright_hinge, named_base, seen_kind
from jobs.simready.articulation.panel import find_panel
from jobs.simready.articulation.piece import Piece
from jobs.simready.articulation.pieces import Pieces
from jobs.simready.articulation.slide import find_slide
from jobs.simready.physics.categories import Category
from jobs.simready.vision.sight import SeenPart

_SHAPE, _NAME, _CONTRADICTED = 0.7, 0.25, -0.4
"""Confidence by shape alone, and what a name that says the same, or otherwise, adds. A rule, not a measured frequency:
its default threshold lets shape alone through, and nothing that the name contradicts."""
_SEEN, _SEEN_OTHERWISE = 0.15, -0.2
"""The same of a model that saw a picture, which is asked where the name says nothing."""
_UPRIGHT = np.cos(np.deg2rad(30))


@dataclass(frozen=True)
class Hints:
    """What is known of a thing before its shape is looked at: `seen` by a model that was shown a picture."""

    category: Category | None = None
    seen: tuple[SeenPart, ...] = ()


def find_articulation(pieces: Pieces, hints: Hints, settings: JointSettings) -> Articulation:
    """How the parts hang together; what nobody can tell is welded to the base, and said so."""
    category = hints.category
    mobility: Mobility = "dynamic" if category is None else category.mobility
    names = [piece.name for piece in pieces.pieces]
    if pieces.annotation is not None:
        base = pieces.annotation.base or named_base(names) or names[0]
        return Articulation(base, tuple(_as_said(joint) for joint in pieces.annotation.joints), mobility)
    if len(names) == 1:
        return Articulation(names[0], (), mobility, _stiff(category))
    by_name = {piece.name: piece for piece in pieces.pieces}
    base = named_base(names) or _bulkiest(by_name)
    detected = {name: _detect(by_name[name], by_name[base], hints, settings) for name in names if name != base}
    found = {name: joint and _at_most_as_sure(joint, pieces.separation) for name, joint in detected.items()}
    sure = tuple(joint for joint in found.values() if joint and joint.confidence >= settings.min_confidence)
    moved = {joint.child for joint in sure}
    warnings = tuple(_welded(name, base, joint) for name, joint in found.items() if name not in moved)
    if category is None and sure:
        warnings = (*warnings, "no category says whether it is furniture: its base moves freely, as a prop's does")
    return Articulation(base, sure, mobility, warnings)


def _as_said(joint: JointAnnotation) -> FoundJoint:
    assert joint.limits is not None  # the document was validated
    axis = np.array(joint.axis)
    return FoundJoint(
        name=joint.name,
        kind=joint.type,
        parent=joint.parent,
        child=joint.child,
        pivot_m=np.array(joint.pivot_m or (0.0, 0.0, 0.0)),
        axis=axis / np.linalg.norm(axis),
        lower=joint.limits[0],
        upper=joint.limits[1],
        source="given",
        confidence=1.0,
    )


def _bulkiest(pieces: Mapping[str, Piece]) -> str:
    return max(pieces, key=lambda name: float(pieces[name].solid.hull().volume()))


def _detect(part: Piece, base: Piece, hints: Hints, settings: JointSettings) -> FoundJoint | None:
    """The likeliest joint of a part; None if its shape fits none."""
    return _as_slide(part, base, hints, settings) or _as_hinge(part, base, hints, settings)


def _at_most_as_sure(joint: FoundJoint, separation: Separation | None) -> FoundJoint:
    """As it is that the parts of one file were told apart rightly."""
    if separation is None:
        return joint
    source = f"{joint.source}; the parts were told apart by the file's {separation.by}"
    return replace(joint, source=source, confidence=min(joint.confidence, separation.confidence))


def _as_slide(part: Piece, base: Piece, hints: Hints, settings: JointSettings) -> FoundJoint | None:
    slide = find_slide(part.solid, base.solid, find_box_axes(part.mesh), settings.max_overlap)
    if slide is None:
        return None
    evidence = ["it sits in the base and only one way out is free"]
    confidence = _SHAPE + _by_hints(part.name, "prismatic", hints, evidence)
    middle_m = part.mesh.bounds.mean(axis=0)
    return FoundJoint(
        name=f"{part.name}_slide",
        kind="prismatic",
        parent=base.name,
        child=part.name,
        pivot_m=middle_m,
        axis=slide.direction,
        lower=0.0,
        upper=slide.travel_m,
        source=f"found: {'; '.join(evidence)}",
        confidence=confidence,
    )


def _as_hinge(part: Piece, base: Piece, hints: Hints, settings: JointSettings) -> FoundJoint | None:
    panel = find_panel(part.solid, base.solid, find_box_axes(part.mesh))
    if panel is None:
        return None
    hinges = find_hinges(part.solid, base.solid, panel, settings.max_hinge_overlap)
    evidence = ["it is a board that opens about an edge near the base"]
    told = opposite_the_handle(hinges, panel)
    if len(told) < len(hinges):
        evidence.append("the edge is the one opposite its handle")
    told = _as_usual(part.name, told, evidence)
    if not told:
        return None
    hinge = told[0]
    confidence = _SHAPE / len(told) + _by_hints(part.name, "revolute", hints, evidence)
    if len(told) > 1:
        confidence = min(confidence, _SHAPE / len(told))
        evidence.append(f"{len(told)} edges fit equally")
    return FoundJoint(
        name=f"{part.name}_hinge",
        kind="revolute",
        parent=base.name,
        child=part.name,
        pivot_m=hinge.pivot_m,
        axis=hinge.axis,
        lower=hinge.lower,
        upper=hinge.upper,
        source=f"found: {'; '.join(evidence)}",
        confidence=confidence,
    )


def _as_usual(part: str, hinges: tuple[Hinge, ...], evidence: list[str]) -> tuple[Hinge, ...]:
    """Those that stand upright, or lie level, as the part's name has it."""
    upright = expects_upright_hinge(part)
    if upright is None or len(hinges) < 2:
        return hinges
    evidence.append(f"its hinge is {'upright' if upright else 'level'} as the name '{part}' has it")
    return tuple(hinge for hinge in hinges if (abs(hinge.axis[2]) > _UPRIGHT) == upright)


def _by_hints(part: str, kind: JointKind, hints: Hints, evidence: list[str]) -> float:
    expected = expected_kind(part, hints.category)
    if expected is not None:
        evidence.append(f"the name '{part}' says {expected}")
        return _NAME if expected == kind else _CONTRADICTED
    seen = seen_kind(part, hints.seen)
    if seen is None:
        return 0.0
    evidence.append(f"a model that saw a picture says {seen}")
    return _SEEN if seen == kind else _SEEN_OTHERWISE


def _stiff(category: Category | None) -> tuple[str, ...]:
    if category is None or not category.joints:
        return ()
    parts = ", ".join(dict.fromkeys(joint.part for joint in category.joints))
    return (
        f"it came as one mesh, so it is rigid; of its kind ({category.label}) these parts may move: {parts}; give them "
        "with --parts, as a folder of meshes or as one file that is taken apart",
    )


def _welded(name: str, base: str, joint: FoundJoint | None) -> str:
    seen = "its shape tells no joint" if joint is None else f"{joint.source} (confidence {joint.confidence:.2f})"
    return f"part '{name}' was fixed to '{base}': {seen}; say how it moves in a joints.json if it does"
