"""Which parts of a thing move, and how."""

from __future__ import annotations

import numpy as np

from jobs.contracts.parts import JointAnnotation, JointsAnnotation
from jobs.contracts.simready import JointSettings
from jobs.simready.articulation.articulation import Articulation, FoundJoint
from jobs.simready.articulation.piece import Piece
from jobs.simready.articulation.pieces import Pieces


def find_articulation(pieces: Pieces, settings: JointSettings) -> Articulation:
    """What somebody said of the joints."""
    if pieces.annotation is not None:
        return _as_said(pieces.pieces, pieces.annotation)
    return Articulation(pieces.pieces[0].name, (), "dynamic")


def _as_said(pieces: tuple[Piece, ...], annotation: JointsAnnotation) -> Articulation:
    joints = tuple(_said(joint) for joint in annotation.joints)
    return Articulation(annotation.base or pieces[0].name, joints, "dynamic")


def _said(joint: JointAnnotation) -> FoundJoint:
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
