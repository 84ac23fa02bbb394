"""How some file says that bodies move against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.inspection import InspectionSettings
from jobs.contracts.simready import Mobility
from jobs.simready.inspection.violation import Violation

WORLD = ""
_UNIT = 1e-3


@dataclass(frozen=True)
class StatedJoint:
    """`parent`, `child`: names of bodies, `WORLD` for none. `axis` (3,) as the file has it, None where the kind of
    joint has none or the format cannot get it wrong.

    `lower`, `upper`: None where there is no limit. `gains`: what must not be negative. `gap_m`, `tilt_rad`: between the
    joint's frames as seen from its two sides, with the joint at zero.
    """

    where: str
    parent: str
    child: str
    moves: bool
    axis: NDArray[np.float64] | None = None
    lower: float | None = None
    upper: float | None = None
    gains: Mapping[str, float] = field(default_factory=dict[str, float])
    gap_m: float = 0.0
    tilt_rad: float = 0.0


def inspect_joint(
    joint: StatedJoint, bodies: Collection[str], diagonal_m: float, settings: InspectionSettings
) -> Iterator[Violation]:
    """It joins two bodies where they both say, about an axis, between limits, and takes energy out, not in."""
    for problem in (
        *_ends(joint, bodies),
        *_frames(joint, diagonal_m, settings),
        *(_motion(joint) if joint.moves else ()),
    ):
        yield Violation("static_joints", joint.where, problem)


def inspect_tree(
    joints: Sequence[StatedJoint], bodies: Sequence[str], mobility: Mobility | None, fmt: str
) -> Iterator[Violation]:
    """Every body hangs on at most one other, and all of them on the same: on the world if the asset is static, else on
    a body that nothing holds. `mobility`: None where the format does not say what holds the base."""
    above = {joint.child: joint.parent for joint in joints}
    for child, count in sorted(Counter(joint.child for joint in joints).items()):
        if count > 1:
            yield Violation("static_joints", f"{fmt} {child}", f"is the child of {count} joints; one is allowed")
    roots: set[str] = set()
    for body in bodies:
        chain = [body]
        while chain[-1] in above and above[chain[-1]] not in chain:
            chain.append(above[chain[-1]])
        if chain[-1] in above:
            yield Violation("static_joints", f"{fmt} {body}", f"hangs on a cycle: {' < '.join(chain)}")
        else:
            roots.add(chain[-1])
    if len(roots) > 1:
        names = ", ".join(sorted(root or "the world" for root in roots))
        yield Violation("static_joints", fmt, f"has bodies that nothing joins: {names}")
    if mobility == "dynamic" and WORLD in roots:
        yield Violation("static_base", fmt, "is held by the world; the asset moves freely")
    if mobility == "static" and roots - {WORLD}:
        names = ", ".join(sorted(roots - {WORLD}))
        yield Violation("static_base", fmt, f"lets {names} move freely; the asset is static")


def _ends(joint: StatedJoint, bodies: Collection[str]) -> Iterator[str]:
    if joint.parent == joint.child:
        yield f"joins '{joint.child}' to itself"
    for side, name in (("parent", joint.parent), ("child", joint.child)):
        if name != WORLD and name not in bodies:
            yield f"has a {side} '{name}' that is no body"
    if joint.child == WORLD:
        yield "has no child"


def _frames(joint: StatedJoint, diagonal_m: float, settings: InspectionSettings) -> Iterator[str]:
    if not joint.gap_m <= settings.joint_gap * diagonal_m:
        yield f"is {1000 * joint.gap_m:.3g} mm apart from itself as its two bodies see it"
    if not joint.tilt_rad <= settings.joint_gap:
        yield f"is turned by {np.rad2deg(joint.tilt_rad):.3g} degrees as its two bodies see it"


def _motion(joint: StatedJoint) -> Iterator[str]:
    if joint.axis is not None and not abs(float(np.linalg.norm(joint.axis)) - 1) <= _UNIT:
        yield f"has the axis {joint.axis.tolist()}; it is of unit length"
    if joint.lower is None or joint.upper is None or not np.isfinite([joint.lower, joint.upper]).all():
        yield "has no limits"
    elif not joint.lower < joint.upper:
        yield f"has its lower limit {joint.lower:g} not below its upper limit {joint.upper:g}"
    elif not joint.lower <= 0 <= joint.upper:
        yield f"has limits {joint.lower:g} .. {joint.upper:g} that leave out zero, where it is authored"
    for name, value in joint.gains.items():
        if not value >= 0:
            yield f"has {name} {value:g}; it is not negative"
