"""The asset as URDF: its links and joints."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from jobs.contracts.simready import Asset, Joint, Link
from jobs.simready.authoring.contact import TORSIONAL_FRICTION_M, rolling_friction_m
from jobs.simready.authoring.numbers import join_numbers
from jobs.simready.authoring.parts import UNCOLOURED_RGB, LinkParts, Parts, PlaceFile
from jobs.simready.authoring.wavefront import save_mtl, save_obj
from jobs.simready.collision.shape import Shape

_UNLIMITED_SPEED = 1000.0
"""rad/s or m/s. The format wants a number, and readers take 0 for 'does not move'."""


def author_urdf(parts: Parts, output: PlaceFile) -> Path:
    """Write `urdf/<name>.urdf` and its meshes, which it refers to relative to itself.

    The base is called as the asset, others `<asset>_<link>`. A link's frame is the object frame moved to the pivot of
    the joint that it hangs on. A static asset hangs on a link `world`.

    Returns:
        The URDF file.
    """
    name = parts.asset.name
    robot = ElementTree.Element("robot", name=name)
    _add_mujoco_settings(robot)
    if parts.asset.mobility == "static":
        _add_world(robot, parts)
    for part in parts.links:
        _add_link(robot, parts, part, output)
    for joint in parts.asset.joints:
        _add_joint(robot, parts, joint)
    ElementTree.indent(robot)
    path = output("asset/urdf", f"urdf/{name}.urdf")
    ElementTree.ElementTree(robot).write(path, encoding="utf-8", xml_declaration=True)
    return path


def _add_mujoco_settings(robot: ElementTree.Element) -> None:
    """MuJoCo would else look for meshes in the wrong folder, drop what is seen and weld the only link to the world.
    Other readers pass over it."""
    settings = {"strippath": "false", "discardvisual": "false", "fusestatic": "false"}
    ElementTree.SubElement(ElementTree.SubElement(robot, "mujoco"), "compiler", settings)


def _add_world(robot: ElementTree.Element, parts: Parts) -> None:
    ElementTree.SubElement(robot, "link", name="world")
    fixed = ElementTree.SubElement(robot, "joint", name="stands", type="fixed")
    ElementTree.SubElement(fixed, "parent", link="world")
    ElementTree.SubElement(fixed, "child", link=parts.body(parts.base.link))


def _add_link(robot: ElementTree.Element, parts: Parts, part: LinkParts, output: PlaceFile) -> None:
    link = ElementTree.SubElement(robot, "link", name=parts.body(part.link))
    prefix, frame_m = parts.prefix(part.link), _frame(parts.asset, part.link.name)
    _add_inertial(link, part.link, frame_m)
    _add_visual(link, part, prefix, frame_m, output)
    T_link_object = np.eye(4)
    T_link_object[:3, 3] = -frame_m
    for index, shape in enumerate(part.shapes):
        _add_collider(link, f"{prefix}{shape.kind}_{index:03d}", shape, T_link_object, output)
    _add_contact(link, parts.asset, part.shapes)


def _add_joint(robot: ElementTree.Element, parts: Parts, joint: Joint) -> None:
    """Nobody drives it: its effort is 0."""
    element = ElementTree.SubElement(robot, "joint", name=joint.name, type=joint.kind)
    _add_origin(element, np.array(joint.pivot_m) - _frame(parts.asset, joint.parent))
    ElementTree.SubElement(element, "parent", link=parts.body(parts.of(joint.parent).link))
    ElementTree.SubElement(element, "child", link=parts.body(parts.of(joint.child).link))
    ElementTree.SubElement(element, "axis", xyz=join_numbers(joint.axis))
    limits = {"lower": joint.lower, "upper": joint.upper, "effort": 0.0, "velocity": _UNLIMITED_SPEED}
    ElementTree.SubElement(element, "limit", {key: join_numbers([value]) for key, value in limits.items()})
    resistance = {"damping": joint.damping, "friction": joint.friction}
    ElementTree.SubElement(element, "dynamics", {key: join_numbers([value]) for key, value in resistance.items()})


def _frame(asset: Asset, link: str) -> NDArray[np.float64]:
    """(3,) where the origin of a link's frame lies in the object frame."""
    pivots = [joint.pivot_m for joint in asset.joints if joint.child == link]
    return np.array(pivots[0] if pivots else (0.0, 0.0, 0.0))


def _add_origin(element: ElementTree.Element, place_m: NDArray[np.float64]) -> None:
    """Left out where it says nothing."""
    if place_m.any():
        ElementTree.SubElement(element, "origin", xyz=join_numbers(place_m), rpy="0 0 0")


def _add_inertial(link: ElementTree.Element, of: Link, frame_m: NDArray[np.float64]) -> None:
    inertial = ElementTree.SubElement(link, "inertial")
    ElementTree.SubElement(inertial, "origin", xyz=join_numbers(np.array(of.center_of_mass_m) - frame_m), rpy="0 0 0")
    ElementTree.SubElement(inertial, "mass", value=join_numbers([of.mass_kg]))
    (xx, xy, xz), (_, yy, yz), (_, _, zz) = of.inertia_kg_m2
    moments = {"ixx": xx, "ixy": xy, "ixz": xz, "iyy": yy, "iyz": yz, "izz": zz}
    ElementTree.SubElement(inertial, "inertia", {key: join_numbers([value]) for key, value in moments.items()})


def _add_visual(
    link: ElementTree.Element, part: LinkParts, prefix: str, frame_m: NDArray[np.float64], output: PlaceFile
) -> None:
    mesh, texture = part.visual.mesh, part.visual.texture
    visual = ElementTree.SubElement(link, "visual", name=f"{prefix}visual")
    _add_origin(visual, -frame_m)
    file = f"meshes/{prefix}visual"
    ElementTree.SubElement(ElementTree.SubElement(visual, "geometry"), "mesh", filename=f"{file}.obj")
    path = output("asset/urdf_file", f"urdf/{file}.obj")
    if texture is None:
        material = ElementTree.SubElement(visual, "material", name=f"{prefix}uncoloured")
        ElementTree.SubElement(material, "color", rgba=join_numbers((*UNCOLOURED_RGB, 1)))
        save_obj(path, mesh.vertices, mesh.faces)
        return
    output("asset/urdf_file", f"urdf/meshes/{prefix}texture.png").write_bytes(texture.png)
    save_mtl(output("asset/urdf_file", f"urdf/{file}.mtl"), "textured", f"{prefix}texture.png")
    save_obj(path, mesh.vertices, mesh.faces, texture.uv, (f"{prefix}visual.mtl", "textured"))


def _add_collider(
    link: ElementTree.Element, part: str, shape: Shape, T_link_object: NDArray[np.float64], output: PlaceFile
) -> None:
    """URDF has no capsule; one is a cylinder with a ball at each end."""
    T_link_shape = T_link_object @ shape.T_object_shape
    if shape.kind == "hull":
        file = f"meshes/{part}.obj"
        save_obj(output("asset/urdf_file", f"urdf/{file}"), shape.mesh.vertices, shape.mesh.faces)
        _add_collision(link, part, "mesh", {"filename": file}, T_link_object)
    elif shape.kind == "box":
        _add_collision(link, part, "box", {"size": join_numbers(shape.size_m)}, T_link_shape)
    else:
        radius = {"radius": join_numbers(shape.size_m[:1])}
        for length_m in shape.size_m[1:]:
            size = {**radius, "length": join_numbers([length_m])}
            _add_collision(link, part, "cylinder", size, T_link_shape)
        half_lengths_m = {"sphere": (0.0,), "cylinder": (), "capsule": (-shape.size_m[-1] / 2, shape.size_m[-1] / 2)}
        for z_m in half_lengths_m[shape.kind]:
            T_shape_ball = np.eye(4)
            T_shape_ball[2, 3] = z_m
            _add_collision(link, part, "sphere", radius, T_link_shape @ T_shape_ball)


def _add_collision(
    link: ElementTree.Element, part: str, form: str, size: dict[str, str], T_link_shape: NDArray[np.float64]
) -> None:
    collision = ElementTree.SubElement(link, "collision", name=part)
    rotation = Rotation.from_matrix(T_link_shape[:3, :3])
    roll_pitch_yaw = rotation.as_euler("xyz", suppress_warnings=True)  # at 90 degrees of pitch any roll will do
    ElementTree.SubElement(collision, "origin", xyz=join_numbers(T_link_shape[:3, 3]), rpy=join_numbers(roll_pitch_yaw))
    ElementTree.SubElement(ElementTree.SubElement(collision, "geometry"), form, size)


def _add_contact(link: ElementTree.Element, asset: Asset, shapes: Sequence[Shape]) -> None:
    """Not in the URDF standard; PyBullet reads it, one for all shapes of a link, and other readers pass over it."""
    contact = ElementTree.SubElement(link, "contact")
    ElementTree.SubElement(contact, "lateral_friction", value=join_numbers([asset.dynamic_friction.value]))
    ElementTree.SubElement(contact, "spinning_friction", value=join_numbers([TORSIONAL_FRICTION_M]))
    ElementTree.SubElement(contact, "rolling_friction", value=join_numbers([max(map(rolling_friction_m, shapes))]))
    ElementTree.SubElement(contact, "restitution", value=join_numbers([asset.restitution.value]))
