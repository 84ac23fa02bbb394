"""The asset as URDF: one link."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from jobs.contracts.simready import Asset
from jobs.simready.authoring.parts import UNCOLOURED_RGB, Parts, PlaceFile
from jobs.simready.authoring.wavefront import save_mtl, save_obj
from jobs.simready.collision.shape import Shape


def author_urdf(parts: Parts, output: PlaceFile) -> Path:
    """Write `urdf/<name>.urdf` and its meshes, which it refers to relative to itself.

    Returns:
        The URDF file.
    """
    name = parts.asset.name
    robot = ElementTree.Element("robot", name=name)
    _add_mujoco_settings(robot)
    link = ElementTree.SubElement(robot, "link", name=name)
    _add_inertial(link, parts.asset)
    _add_visual(link, parts, output)
    for index, shape in enumerate(parts.base.shapes):
        _add_collider(link, f"{shape.kind}_{index:03d}", shape, output)
    _add_contact(link, parts.asset)
    ElementTree.indent(robot)
    path = output("asset/urdf", f"urdf/{name}.urdf")
    ElementTree.ElementTree(robot).write(path, encoding="utf-8", xml_declaration=True)
    return path


def _add_mujoco_settings(robot: ElementTree.Element) -> None:
    """MuJoCo would else look for meshes in the wrong folder, drop what is seen and weld the only link to the world.
    Other readers pass over it."""
    settings = {"strippath": "false", "discardvisual": "false", "fusestatic": "false"}
    ElementTree.SubElement(ElementTree.SubElement(robot, "mujoco"), "compiler", settings)


def _add_inertial(link: ElementTree.Element, asset: Asset) -> None:
    inertial = ElementTree.SubElement(link, "inertial")
    ElementTree.SubElement(inertial, "origin", xyz=_numbers(asset.center_of_mass_m), rpy="0 0 0")
    ElementTree.SubElement(inertial, "mass", value=_numbers([asset.mass_kg.value]))
    (xx, xy, xz), (_, yy, yz), (_, _, zz) = asset.inertia_kg_m2
    moments = {"ixx": xx, "ixy": xy, "ixz": xz, "iyy": yy, "iyz": yz, "izz": zz}
    ElementTree.SubElement(inertial, "inertia", {key: _numbers([value]) for key, value in moments.items()})


def _add_visual(link: ElementTree.Element, parts: Parts, output: PlaceFile) -> None:
    mesh, texture = parts.base.visual.mesh, parts.base.visual.texture
    visual = ElementTree.SubElement(link, "visual", name="visual")
    ElementTree.SubElement(ElementTree.SubElement(visual, "geometry"), "mesh", filename="meshes/visual.obj")
    path = output("asset/urdf_file", "urdf/meshes/visual.obj")
    if texture is None:
        material = ElementTree.SubElement(visual, "material", name="uncoloured")
        ElementTree.SubElement(material, "color", rgba=_numbers((*UNCOLOURED_RGB, 1)))
        save_obj(path, mesh.vertices, mesh.faces)
        return
    output("asset/urdf_file", "urdf/meshes/texture.png").write_bytes(texture.png)
    save_mtl(output("asset/urdf_file", "urdf/meshes/visual.mtl"), "textured", "texture.png")
    save_obj(path, mesh.vertices, mesh.faces, texture.uv, ("visual.mtl", "textured"))


def _add_collider(link: ElementTree.Element, part: str, shape: Shape, output: PlaceFile) -> None:
    """URDF has no capsule; one is a cylinder with a ball at each end."""
    if shape.kind == "hull":
        file = f"meshes/{part}.obj"
        save_obj(output("asset/urdf_file", f"urdf/{file}"), shape.mesh.vertices, shape.mesh.faces)
        _add_collision(link, part, "mesh", {"filename": file}, np.eye(4))
    elif shape.kind == "box":
        _add_collision(link, part, "box", {"size": _numbers(shape.size_m)}, shape.T_object_shape)
    else:
        radius = {"radius": _numbers(shape.size_m[:1])}
        for length_m in shape.size_m[1:]:
            size = {**radius, "length": _numbers([length_m])}
            _add_collision(link, part, "cylinder", size, shape.T_object_shape)
        half_lengths_m = {"sphere": (0.0,), "cylinder": (), "capsule": (-shape.size_m[-1] / 2, shape.size_m[-1] / 2)}
        for z_m in half_lengths_m[shape.kind]:
            T_shape_ball = np.eye(4)
            T_shape_ball[2, 3] = z_m
            _add_collision(link, part, "sphere", radius, shape.T_object_shape @ T_shape_ball)


def _add_collision(
    link: ElementTree.Element, part: str, form: str, size: dict[str, str], T_object_shape: NDArray[np.float64]
) -> None:
    collision = ElementTree.SubElement(link, "collision", name=part)
    rotation = Rotation.from_matrix(T_object_shape[:3, :3])
    roll_pitch_yaw = rotation.as_euler("xyz", suppress_warnings=True)  # at 90 degrees of pitch any roll will do
    ElementTree.SubElement(collision, "origin", xyz=_numbers(T_object_shape[:3, 3]), rpy=_numbers(roll_pitch_yaw))
    ElementTree.SubElement(ElementTree.SubElement(collision, "geometry"), form, size)


def _add_contact(link: ElementTree.Element, asset: Asset) -> None:
    """Not in the URDF standard; PyBullet reads it and other readers pass over it."""
    contact = ElementTree.SubElement(link, "contact")
    ElementTree.SubElement(contact, "lateral_friction", value=_numbers([asset.dynamic_friction.value]))
    ElementTree.SubElement(contact, "restitution", value=_numbers([asset.restitution.value]))


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.12g}" for value in values)
