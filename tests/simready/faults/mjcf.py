"""Faults in MJCF."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np

from tests.simready.faults.text import (
    Change,
    Element,
    attributes,
    cut_off,
    first,
    mesh_fault,
    outside,
    times,
    without,
    xml_fault,
)

_INERTIAL, _JOINT = ".//body/inertial", ".//body/joint"
_HULL, _VISUAL = ".//body/geom[@group='3']", ".//body/geom[@group='2']"
_OFF = {"contype": "0", "conaffinity": "0"}


def _compiler(**values: str) -> Change:
    return attributes("compiler", **values)


def _all_colliders_off(root: Element) -> None:
    for geom in root.findall(f"{_HULL}"):
        geom.attrib.update(_OFF)


def _same_name_twice(root: Element) -> None:
    geoms = root.findall(".//body/geom")
    geoms[1].set("name", geoms[0].get("name", ""))


def _swapped(root: Element) -> None:
    joint = first(root, _JOINT)
    joint.set("range", " ".join(reversed(joint.get("range", "").split())))


def _freed(root: Element) -> None:
    parent = next(body for body in root.iter("body") if body.find("body") is not None)
    child = first(parent, "body")
    child.remove(first(child, "joint"))
    child.insert(0, ElementTree.Element("freejoint"))


def _shell(points: np.ndarray) -> np.ndarray:
    points[0] = points.mean(axis=0)
    return points


def _not_a_number(points: np.ndarray) -> np.ndarray:
    points[0, 0] = np.nan
    return points


FAULTS = {
    "mjcf: zero mass": xml_fault("mjcf", "static_mass", attributes(_INERTIAL, mass="0")),
    "mjcf: negative mass": xml_fault("mjcf", "static_mass", attributes(_INERTIAL, mass="-1")),
    "mjcf: mass of water by default density": xml_fault("mjcf", "static_mass", without(_INERTIAL)),
    "mjcf: inertia from geometry": xml_fault("mjcf", "static_mass", _compiler(inertiafromgeom="true")),
    "mjcf: total mass replaced": xml_fault("mjcf", "static_mass", _compiler(settotalmass="1")),
    "mjcf: inertia balanced": xml_fault("mjcf", "static_mass", _compiler(balanceinertia="true")),
    "mjcf: floats": xml_fault("mjcf", "static_mass", attributes(".//body", gravcomp="1")),
    "mjcf: mass in grams": xml_fault("mjcf", "static_density", times(_INERTIAL, 1000, "mass", "fullinertia")),
    "mjcf: moments that no body has": xml_fault(
        "mjcf", "static_inertia", attributes(_INERTIAL, fullinertia="1 1 10 0 0 0")
    ),
    "mjcf: identity inertia": xml_fault(
        "mjcf", "static_inertia_of_shape", attributes(_INERTIAL, fullinertia="1 1 1 0 0 0")
    ),
    "mjcf: inertia of a shell": xml_fault("mjcf", "static_inertia_of_shape", times(_INERTIAL, 5 / 3, "fullinertia")),
    "mjcf: centre of mass outside": xml_fault("mjcf", "static_center_of_mass", attributes(_INERTIAL, pos="1 0 0")),
    "mjcf: no free joint": xml_fault("mjcf", "static_base", without(".//body/freejoint")),
    "mjcf: collider that does not collide": xml_fault("mjcf", "static_colliders", attributes(_HULL, **_OFF)),
    "mjcf: nothing collides": xml_fault("mjcf", "static_colliders", _all_colliders_off),
    "mjcf: what is seen collides": xml_fault("mjcf", "static_colliders", attributes(_VISUAL, contype="1")),
    "mjcf: quaternion not of length 1": xml_fault("mjcf", "static_transforms", attributes(_HULL, quat="2 0 0 0")),
    "mjcf: contacts of rubber foam": xml_fault("mjcf", "static_contact", attributes(_HULL, solref="2 1")),
    "mjcf: contacts without damping": xml_fault("mjcf", "static_contact", attributes(_HULL, solref="0.02 0")),
    "mjcf: touches at a distance": xml_fault("mjcf", "static_contact", attributes(_HULL, margin="0.05")),
    "mjcf: friction against rolling of a metre": xml_fault(
        "mjcf", "static_contact", attributes(_HULL, friction="0.5 1 1")
    ),
    "mjcf: friction of nothing known": xml_fault(
        "mjcf", "static_friction", attributes(_HULL, friction="40 0.005 0.0001")
    ),
    "mjcf: negative friction": xml_fault("mjcf", "static_friction", attributes(_HULL, friction="-0.5 0.005 0.0001")),
    "mjcf: no friction at all": xml_fault("mjcf", "static_friction", attributes(_HULL, condim="1")),
    "mjcf: missing mesh": xml_fault("mjcf", "static_references", attributes("asset/mesh", file="meshes/nowhere.obj")),
    "mjcf: absolute path": xml_fault("mjcf", "static_references", attributes("asset/mesh", file="/nowhere/mesh.obj")),
    "mjcf: path out of the package": outside("mjcf", "asset/mesh", "file"),
    "mjcf: folder of meshes": xml_fault("mjcf", "static_references", _compiler(meshdir=".")),
    "mjcf: two of one name": xml_fault("mjcf", "static_names", _same_name_twice),
    "mjcf: seen beside where it collides": xml_fault("mjcf", "static_alignment", attributes(_VISUAL, pos="0.5 0 0")),
    "mjcf: mesh in other units": xml_fault(
        "mjcf", "static_alignment", attributes("asset/mesh", scale="1000 1000 1000")
    ),
    "mjcf: dented hull": mesh_fault("mjcf", "static_hulls", "hull", _shell),
    "mjcf: points not numbers": mesh_fault("mjcf", "static_files", "hull", _not_a_number),
    "mjcf: cut off": cut_off("mjcf"),
    "mjcf: limits swapped": xml_fault("mjcf", "static_joints", _swapped, True),
    "mjcf: no limits": xml_fault("mjcf", "static_joints", attributes(_JOINT, limited="false"), True),
    "mjcf: axis of no length": xml_fault("mjcf", "static_joints", attributes(_JOINT, axis="0 0 0"), True),
    "mjcf: negative damping": xml_fault("mjcf", "static_joints", attributes(_JOINT, damping="-1"), True),
    "mjcf: free within another": xml_fault("mjcf", "static_joints", _freed, True),
}
