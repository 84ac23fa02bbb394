"""Joints as the text of an MJCF file has them."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

from jobs.simready.inspection.joints import WORLD, StatedJoint
from jobs.simready.inspection.xml_file import numbers


def read_joints(body: ElementTree.Element, parent: str) -> Iterator[StatedJoint]:
    """Of a body and those in it; a body without a joint is fixed to its parent, one with a free joint to nothing."""
    name = body.get("name", "")
    joints = body.findall("joint")
    free = body.find("freejoint") is not None or any(joint.get("type") == "free" for joint in joints)
    if free and parent != WORLD:
        yield StatedJoint(f"mjcf {name}: a free joint within another body", parent, name, moves=True)
    if not free and not joints:
        yield StatedJoint(f"mjcf {name}", parent, name, moves=False)
    for joint in joints:
        if joint.get("type") != "free":
            yield _read_joint(joint, parent, name)
    for child in body.findall("body"):
        yield from read_joints(child, name)


def _read_joint(joint: ElementTree.Element, parent: str, child: str) -> StatedJoint:
    limits = numbers(joint, "range", "")
    limited = len(limits) == 2 and joint.get("limited", "auto") != "false"
    gains = {key: value for key in ("damping", "frictionloss", "stiffness", "armature") if key in joint.attrib
             for value in numbers(joint, key, "0").tolist()}  # fmt: skip
    axis = numbers(joint, "axis", "0 0 1")
    return StatedJoint(
        where=f"mjcf {joint.get('name')}",
        parent=parent,
        child=child,
        moves=True,
        axis=axis,
        lower=float(limits[0]) if limited else None,
        upper=float(limits[1]) if limited else None,
        gains=gains,
    )
