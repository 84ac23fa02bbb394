"""The MJCF file: as text, for MuJoCo mends or fills in silently, and as the model that MuJoCo makes of it."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.inspection import InspectionSettings
from jobs.contracts.simready import Asset
from jobs.simready.inspection.body import Bodies
from jobs.simready.inspection.joints import WORLD, inspect_joint, inspect_tree
from jobs.simready.inspection.masses import inspect_inertial
from jobs.simready.inspection.mjcf_joints import read_joints
from jobs.simready.inspection.mujoco_bodies import compile_model, inspect_contacts, read_bodies
from jobs.simready.inspection.references import inspect_reference
from jobs.simready.inspection.violation import Violation
from jobs.simready.inspection.xml_file import inspect_names, number, numbers, parse

FORMAT = "mjcf"
_INFERRED = {
    "inertiafromgeom": "true",
    "balanceinertia": "true",
    "settotalmass": "",
    "boundmass": "",
    "boundinertia": "",
}
"""Settings of the compiler that replace stated masses or inertias, and the value at which they do ("" for any)."""
_UNIT = 1e-3


def inspect_mjcf(
    path: Path, package: Path, asset: Asset, settings: InspectionSettings
) -> tuple[list[Bodies], list[Violation]]:
    """The bodies that MuJoCo makes of it, and what is wrong with the file."""
    root = parse(path, FORMAT)
    if isinstance(root, Violation):
        return [], [root]
    found = [
        *_inspect_references(root, path, package),
        *inspect_names(root.iter(), FORMAT),
        *_inspect_compiler(root),
        *_inspect_bodies(root),
        *_inspect_orientations(root),
        *_inspect_joints(root, asset, settings),
    ]
    model = compile_model(path, FORMAT)
    if isinstance(model, Violation):
        return [], [*found, model]
    return [read_bodies(model, FORMAT)], [*found, *inspect_contacts(model, FORMAT, settings)]


def _inspect_references(root: ElementTree.Element, path: Path, package: Path) -> Iterator[Violation]:
    compiler = root.find("compiler")
    for attribute in ("assetdir", "meshdir", "texturedir"):
        if compiler is not None and compiler.get(attribute):
            what = f"looks for files in {attribute}='{compiler.get(attribute)}', which a scene that includes it ignores"
            yield Violation("static_references", FORMAT, what)
    for element in root.iter():
        if element.get("file"):
            where = f"{FORMAT} {element.get('name', element.tag)}"
            yield from inspect_reference(where, element.get("file", ""), path.parent, package)


def _inspect_compiler(root: ElementTree.Element) -> Iterator[Violation]:
    for compiler in root.findall("compiler"):
        for attribute, value in _INFERRED.items():
            given = compiler.get(attribute)
            if given is not None and value in ("", given):
                yield Violation("static_mass", FORMAT, f"replaces stated masses: compiler {attribute}='{given}'")


def _inspect_bodies(root: ElementTree.Element) -> Iterator[Violation]:
    """Mass and inertia are stated; without them MuJoCo takes 1000 kg/m^3, of visual geometries as well."""
    for body in root.iter("body"):
        where = f"{FORMAT} {body.get('name')}"
        inertial = body.find("inertial")
        if inertial is not None:
            yield from inspect_inertial(where, number(inertial, "mass"), _inertia(inertial))
        elif body.find("geom") is not None:
            yield Violation("static_mass", where, "states no mass: MuJoCo infers it from the geometry, as of water")


def _inertia(inertial: ElementTree.Element) -> NDArray[np.float64]:
    """(3, 3) [kg m^2]; NaN where it is not stated."""
    full = numbers(inertial, "fullinertia", "")
    if len(full) == 6:
        xx, yy, zz, xy, xz, yz = full
        return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    moments = numbers(inertial, "diaginertia", "")
    return np.diag(moments if len(moments) == 3 else np.full(3, np.nan))


def _inspect_orientations(root: ElementTree.Element) -> Iterator[Violation]:
    for element in root.iter():
        norm = float(np.linalg.norm(numbers(element, "quat", "1 0 0 0")))
        if not abs(norm - 1) <= _UNIT:
            where = f"{FORMAT} {element.get('name', element.tag)}"
            yield Violation("static_transforms", where, f"is turned by a quaternion of length {norm:.4g}")


def _inspect_joints(root: ElementTree.Element, asset: Asset, settings: InspectionSettings) -> Iterator[Violation]:
    bodies = [body.get("name", "") for body in root.iter("body")]
    joints = [
        joint
        for world in root.findall("worldbody")
        for body in world.findall("body")
        for joint in read_joints(body, WORLD)
    ]
    for joint in joints:
        yield from inspect_joint(joint, bodies, float(np.linalg.norm(asset.extents_m)), settings)
    yield from inspect_tree(joints, bodies, asset.mobility, FORMAT)
