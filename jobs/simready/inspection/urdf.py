"""The URDF file: as text, and as the model that MuJoCo makes of it."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from jobs.contracts.inspection import InspectionSettings
from jobs.contracts.simready import Asset
from jobs.simready.inspection.body import Bodies
from jobs.simready.inspection.joints import StatedJoint, inspect_joint, inspect_tree
from jobs.simready.inspection.masses import inspect_inertial
from jobs.simready.inspection.mujoco_bodies import compile_model, read_bodies
from jobs.simready.inspection.references import inspect_reference
from jobs.simready.inspection.surface_properties import inspect_friction, inspect_restitution
from jobs.simready.inspection.violation import Violation
from jobs.simready.inspection.xml_file import inspect_names, number, numbers, parse

FORMAT = "urdf"
_KINDS = {"revolute": True, "prismatic": True, "continuous": True, "fixed": False}
"""Types of joint, and whether they move; all but these are not written by this job and not read by all simulators."""


def inspect_urdf(
    path: Path, package: Path, asset: Asset, settings: InspectionSettings
) -> tuple[list[Bodies], list[Violation]]:
    """The bodies that MuJoCo makes of it, and what is wrong with the file."""
    root = parse(path, FORMAT)
    if isinstance(root, Violation):
        return [], [root]
    found = [
        *_inspect_references(root, path, package),
        *inspect_names([*root.findall("link"), *root.findall("joint"), *root.findall("material")], FORMAT),
        *_inspect_links(root, settings),
        *_inspect_joints(root, asset, settings),
    ]
    model = compile_model(path, FORMAT)
    if isinstance(model, Violation):
        return [], [*found, model]
    return [read_bodies(model, FORMAT)], found


def _inspect_references(root: ElementTree.Element, path: Path, package: Path) -> Iterator[Violation]:
    for element in root.iter():
        if element.get("filename"):
            yield from inspect_reference(FORMAT, element.get("filename", ""), path.parent, package)
        if element.tag == "mesh" and not np.array_equal(numbers(element, "scale", "1 1 1"), np.ones(3)):
            what = f"scales '{element.get('filename')}' by {element.get('scale')}; meshes are in metres"
            yield Violation("static_transforms", FORMAT, what)


def _inspect_links(root: ElementTree.Element, settings: InspectionSettings) -> Iterator[Violation]:
    """Every link with a shape states mass and inertia; without them simulators take 0 or 1 kg, or none at all."""
    for link in root.findall("link"):
        where = f"{FORMAT} {link.get('name')}"
        inertial = link.find("inertial")
        if inertial is not None:
            moment = inertial.find("inertia")
            xx, yy, zz, xy, xz, yz = (number(moment, f"i{key}") for key in ("xx", "yy", "zz", "xy", "xz", "yz"))
            inertia = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
            yield from inspect_inertial(where, number(inertial.find("mass"), "value"), inertia)
        elif link.find("collision") is not None or link.find("visual") is not None:
            yield Violation("static_mass", where, "states no mass; simulators fill in 0 or 1 kg, or refuse it")
        contact = link.find("contact")
        if contact is not None:
            yield from inspect_friction(where, None, number(contact.find("lateral_friction"), "value"), settings)
            yield from inspect_restitution(where, number(contact.find("restitution"), "value", 0.0))


def _inspect_joints(root: ElementTree.Element, asset: Asset, settings: InspectionSettings) -> Iterator[Violation]:
    links = [link.get("name", "") for link in root.findall("link")]
    names = {joint.get("name") for joint in root.findall("joint")}
    joints = [_read_joint(joint) for joint in root.findall("joint")]
    for element, joint in zip(root.findall("joint"), joints, strict=True):
        if element.get("type") not in _KINDS:
            yield Violation("static_joints", joint.where, f"is of type '{element.get('type')}'")
        yield from inspect_joint(joint, links, float(np.linalg.norm(asset.extents_m)), settings)
        mimic = element.find("mimic")
        if mimic is not None and (mimic.get("joint") not in names or mimic.get("joint") == element.get("name")):
            what = f"mimics '{mimic.get('joint')}', which is no other joint"
            yield Violation("static_joints", joint.where, what)
    yield from inspect_tree(joints, links, None, FORMAT)


def _read_joint(joint: ElementTree.Element) -> StatedJoint:
    parent, child, limit, dynamics = (joint.find(tag) for tag in ("parent", "child", "limit", "dynamics"))
    lower, upper = (number(limit, side) for side in ("lower", "upper"))
    gains = {key: number(limit, key) for key in ("effort", "velocity")}
    gains |= {key: number(dynamics, key, 0.0) for key in ("damping", "friction")}
    return StatedJoint(
        where=f"{FORMAT} {joint.get('name')}",
        parent="" if parent is None else parent.get("link", ""),
        child="" if child is None else child.get("link", ""),
        moves=_KINDS.get(joint.get("type", ""), False),
        axis=numbers(joint.find("axis"), "xyz", "1 0 0"),
        lower=lower,
        upper=upper,
        gains=gains,
    )
