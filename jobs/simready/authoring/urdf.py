"""The asset as URDF: one link."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from pathlib import Path

from jobs.contracts.simready import Asset
from jobs.simready.authoring.parts import UNCOLOURED_RGB, Parts, PlaceFile
from jobs.simready.authoring.wavefront import save_mtl, save_obj


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
    for index, hull in enumerate(shape.mesh for shape in parts.base.shapes):
        file = f"meshes/hull_{index:03d}.obj"
        save_obj(output("asset/urdf_file", f"urdf/{file}"), hull.vertices, hull.faces)
        collision = ElementTree.SubElement(link, "collision", name=f"hull_{index:03d}")
        ElementTree.SubElement(ElementTree.SubElement(collision, "geometry"), "mesh", filename=file)
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


def _add_contact(link: ElementTree.Element, asset: Asset) -> None:
    """Not in the URDF standard; PyBullet reads it and other readers pass over it."""
    contact = ElementTree.SubElement(link, "contact")
    ElementTree.SubElement(contact, "lateral_friction", value=_numbers([asset.dynamic_friction.value]))
    ElementTree.SubElement(contact, "restitution", value=_numbers([asset.restitution.value]))


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.12g}" for value in values)
