"""How the links of an asset hang together, and how hard its joints are to move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.simready import Joint, JointKind, JointSettings, Link, Mobility

_GRAVITY_M_S2 = 9.81


@dataclass(frozen=True)
class FoundJoint:
    """`pivot_m` (3,) and the unit vector `axis` (3,) in the object frame; `lower` and `upper` [rad or m] about where
    the meshes show the child. `source`: what says so, with `confidence` from 0 to 1."""

    name: str
    kind: JointKind
    parent: str
    child: str
    pivot_m: NDArray[np.float64]
    axis: NDArray[np.float64]
    lower: float
    upper: float
    source: str
    confidence: float


@dataclass(frozen=True)
class Articulation:
    """`base`: the link that all others hang on. `warnings`: what could not be told."""

    base: str
    joints: tuple[FoundJoint, ...]
    mobility: Mobility
    warnings: tuple[str, ...] = ()


def describe_joints(articulation: Articulation, links: Sequence[Link], settings: JointSettings) -> tuple[Joint, ...]:
    """The joints as documents, with a resistance by the settings' rule, for nobody measured any."""
    by_name = {link.name: link for link in links}
    children = {joint.child: joint.parent for joint in articulation.joints}
    return tuple(_describe(joint, _carried(joint.child, children, by_name), settings) for joint in articulation.joints)


def _describe(joint: FoundJoint, carried: Sequence[Link], settings: JointSettings) -> Joint:
    mass_kg = sum(link.mass_kg for link in carried)
    if joint.kind == "prismatic":
        inert, friction = mass_kg, settings.slide_friction * mass_kg * _GRAVITY_M_S2
    else:
        inert = sum(_inertia_about(joint, link) for link in carried)
        arm_m = float(np.sqrt(inert / mass_kg))
        friction = settings.hinge_friction * mass_kg * _GRAVITY_M_S2 * arm_m
    x, y, z = joint.axis.tolist()
    pivot_x, pivot_y, pivot_z = joint.pivot_m.tolist()
    return Joint(
        name=joint.name,
        kind=joint.kind,
        parent=joint.parent,
        child=joint.child,
        pivot_m=(pivot_x, pivot_y, pivot_z),
        axis=(x, y, z),
        lower=joint.lower,
        upper=joint.upper,
        damping=inert / settings.time_constant_s,
        friction=friction,
        resistance_source=f"rule, not measured: {settings.describe(joint.kind)}",
        source=joint.source,
        confidence=joint.confidence,
    )


def _carried(link: str, parents: Mapping[str, str], links: Mapping[str, Link]) -> list[Link]:
    """The link, and all that hang on it."""
    below = [child for child, parent in parents.items() if parent == link]
    return [links[link], *(carried for child in below for carried in _carried(child, parents, links))]


def _inertia_about(joint: FoundJoint, link: Link) -> float:
    """About the joint's axis [kg m^2], by the parallel axis theorem."""
    arm_m = np.cross(joint.axis, np.array(link.center_of_mass_m) - joint.pivot_m)
    return float(joint.axis @ np.array(link.inertia_kg_m2) @ joint.axis + link.mass_kg * arm_m @ arm_m)
