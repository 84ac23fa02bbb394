"""Faults in URDF."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ElementTree

from tests.simready.faults.text import Element, attributes, cut_off, first, outside, times, without, xml_fault

_MASS, _INERTIA, _MESH = ".//inertial/mass", ".//inertial/inertia", ".//collision/geometry/mesh"
_MOMENTS = ("ixx", "iyy", "izz", "ixy", "ixz", "iyz")
_ONE = {"ixx": "1", "iyy": "1", "izz": "1", "ixy": "0", "ixz": "0", "iyz": "0"}


def _grams(root: Element) -> None:
    times(_MASS, 1000, "value")(root)
    times(_INERTIA, 1000, *_MOMENTS)(root)


def _no_colliders(root: Element) -> None:
    link = first(root, "link")
    for collision in link.findall("collision"):
        link.remove(collision)


def _twice(root: Element) -> None:
    root.append(copy.deepcopy(first(root, "link")))


def _swapped(root: Element) -> None:
    limit = first(root, "joint/limit")
    limit.attrib.update(lower=limit.get("upper", ""), upper=limit.get("lower", ""))


def _mimics(root: Element) -> None:
    ElementTree.SubElement(first(root, "joint"), "mimic", joint="nowhere")


def _second_parent(root: Element) -> None:
    again = copy.deepcopy(first(root, "joint"))
    again.set("name", "again")
    root.append(again)


def _circle(root: Element) -> None:
    """The base hangs on what hangs on it."""
    joint = first(root, "joint")
    back = ElementTree.SubElement(root, "joint", name="back", type="fixed")
    ElementTree.SubElement(back, "parent", link=first(joint, "child").get("link", ""))
    ElementTree.SubElement(back, "child", link=first(joint, "parent").get("link", ""))


FAULTS = {
    "urdf: no mass": xml_fault("urdf", "static_mass", without(".//link/inertial")),
    "urdf: zero mass": xml_fault("urdf", "static_mass", attributes(_MASS, value="0")),
    "urdf: negative mass": xml_fault("urdf", "static_mass", attributes(_MASS, value="-1")),
    "urdf: mass in words": xml_fault("urdf", "static_mass", attributes(_MASS, value="heavy")),
    "urdf: mass in grams": xml_fault("urdf", "static_density", _grams),
    "urdf: moments that no body has": xml_fault("urdf", "static_inertia", attributes(_INERTIA, **{**_ONE, "izz": "5"})),
    "urdf: no inertia": xml_fault("urdf", "static_inertia", without(_INERTIA)),
    "urdf: identity inertia": xml_fault("urdf", "static_inertia_of_shape", attributes(_INERTIA, **_ONE)),
    "urdf: centre of mass outside": xml_fault(
        "urdf", "static_center_of_mass", attributes(".//inertial/origin", xyz="0 1 0")
    ),
    "urdf: missing mesh": xml_fault("urdf", "static_references", attributes(_MESH, filename="meshes/nowhere.obj")),
    "urdf: absolute path": xml_fault("urdf", "static_references", attributes(_MESH, filename="/nowhere/mesh.obj")),
    "urdf: path of a ROS package": xml_fault(
        "urdf", "static_references", attributes(_MESH, filename="package://thing/mesh.obj")
    ),
    "urdf: path out of the package": outside("urdf", _MESH, "filename"),
    "urdf: mesh in other units": xml_fault("urdf", "static_transforms", attributes(_MESH, scale="0.001 0.001 0.001")),
    "urdf: nothing collides": xml_fault("urdf", "static_colliders", _no_colliders),
    "urdf: seen beside where it collides": xml_fault(
        "urdf",
        "static_alignment",
        lambda root: ElementTree.SubElement(first(root, ".//visual"), "origin", xyz="0.5 0 0"),
    ),
    "urdf: negative friction": xml_fault(
        "urdf", "static_friction", attributes(".//contact/lateral_friction", value="-1")
    ),
    "urdf: gains energy in a bounce": xml_fault(
        "urdf", "static_restitution", attributes(".//contact/restitution", value="2")
    ),
    "urdf: two of one name": xml_fault("urdf", "static_names", _twice),
    "urdf: cut off": cut_off("urdf"),
    "urdf: limits swapped": xml_fault("urdf", "static_joints", _swapped, True),
    "urdf: no limits": xml_fault("urdf", "static_joints", without("joint/limit"), True),
    "urdf: axis of no length": xml_fault("urdf", "static_joints", attributes("joint/axis", xyz="0 0 0"), True),
    "urdf: mimics nothing": xml_fault("urdf", "static_joints", _mimics, True),
    "urdf: child that is no link": xml_fault("urdf", "static_joints", attributes("joint/child", link="nowhere"), True),
    "urdf: child of two": xml_fault("urdf", "static_joints", _second_parent, True),
    "urdf: links in a circle": xml_fault("urdf", "static_joints", _circle, True),
    "urdf: negative damping": xml_fault("urdf", "static_joints", attributes("joint/dynamics", damping="-1"), True),
    "urdf: joint of no known type": xml_fault("urdf", "static_joints", attributes("joint", type="ball"), True),
}
