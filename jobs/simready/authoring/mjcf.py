"""The asset as MJCF: a body of its own with those that hang on it, to be loaded, included or attached."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np

from jobs.contracts.simready import Joint, JointKind, Link
from jobs.simready.authoring.contact import JOINT_LIMIT, TORSIONAL_FRICTION_M, contact_dimensions, rolling_friction_m
from jobs.simready.authoring.contact_filter import find_unfelt_pairs
from jobs.simready.authoring.numbers import join_numbers
from jobs.simready.authoring.parts import UNCOLOURED_RGB, LinkParts, Parts, PlaceFile
from jobs.simready.authoring.wavefront import save_obj
from jobs.simready.collision.shape import Shape

VISUAL_GROUP, COLLISION_GROUP = "2", "3"
_JOINT_TYPES: dict[JointKind, str] = {"revolute": "hinge", "prismatic": "slide"}


def author_mjcf(parts: Parts, output: PlaceFile) -> Path:
    """Write `mjcf/<name>.xml` and the files that it refers to, relative to itself.

    The base's body and free joint are called as the asset; a static asset has no free joint. All other names begin with
    the asset's, so that several assets go into one scene. The frame of every body is the object frame while its joints
    are at zero. The mass is written out: what MuJoCo would infer from meshes differs.

    Returns:
        The XML file.
    """
    name = parts.asset.name
    root = ElementTree.Element("mujoco", model=name)
    ElementTree.SubElement(root, "compiler", angle="radian", autolimits="true")
    assets = ElementTree.SubElement(root, "asset")
    body = _add_body(assets, ElementTree.SubElement(root, "worldbody"), parts, parts.base, output)
    if parts.asset.mobility == "dynamic":
        body.insert(0, ElementTree.Element("freejoint", name=name))
    _add_contact_filter(root, parts)
    ElementTree.indent(root)
    path = output("asset/mjcf", f"mjcf/{name}.xml")
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=False)
    return path


def _add_body(
    assets: ElementTree.Element, above: ElementTree.Element, parts: Parts, part: LinkParts, output: PlaceFile
) -> ElementTree.Element:
    """One link, and below it those that hang on it."""
    body = ElementTree.SubElement(above, "body", name=parts.body(part.link))
    _add_inertial(body, part.link)
    _add_visual(assets, body, parts, part, output)
    _add_colliders(assets, body, parts, part, output)
    for joint in parts.joints_below(part.link):
        child = _add_body(assets, body, parts, parts.of(joint.child), output)
        child.insert(0, _make_joint(joint, parts.asset.name))
    return body


def _make_joint(joint: Joint, asset: str) -> ElementTree.Element:
    given = {
        "name": f"{asset}_{joint.name}",
        "type": _JOINT_TYPES[joint.kind],
        "pos": join_numbers(joint.pivot_m),
        "axis": join_numbers(joint.axis),
        "range": join_numbers((joint.lower, joint.upper)),
        "solreflimit": join_numbers(JOINT_LIMIT),
        "damping": join_numbers([joint.damping]),
        "frictionloss": join_numbers([joint.friction]),
    }
    return ElementTree.Element("joint", given)


def _add_inertial(body: ElementTree.Element, link: Link) -> None:
    inertia = np.array(link.inertia_kg_m2)
    ElementTree.SubElement(
        body,
        "inertial",
        pos=join_numbers(link.center_of_mass_m),
        mass=join_numbers([link.mass_kg]),
        fullinertia=join_numbers(inertia[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]),
    )


def _add_visual(
    assets: ElementTree.Element, body: ElementTree.Element, parts: Parts, part: LinkParts, output: PlaceFile
) -> None:
    prefix, mesh, texture = parts.prefix(part.link), part.visual.mesh, part.visual.texture
    name = f"{parts.asset.name}_{prefix}"
    material = {"name": f"{name}material", "specular": "0.2", "shininess": "0.2"}
    if texture is None:
        material["rgba"] = join_numbers((*UNCOLOURED_RGB, 1))
    else:
        file = f"{prefix}texture.png"
        output("asset/mjcf_file", f"mjcf/{file}").write_bytes(texture.png)
        ElementTree.SubElement(assets, "texture", name=f"{name}texture", type="2d", file=file)
        material["texture"] = f"{name}texture"
    ElementTree.SubElement(assets, "material", material)
    uv = None if texture is None else texture.uv
    file = f"meshes/{prefix}visual.obj"
    save_obj(output("asset/mjcf_file", f"mjcf/{file}"), mesh.vertices, mesh.faces, uv)
    ElementTree.SubElement(assets, "mesh", name=f"{name}visual", file=file, inertia="shell")
    ElementTree.SubElement(
        body, "geom", name=f"{name}visual", type="mesh", mesh=f"{name}visual", material=f"{name}material",
        group=VISUAL_GROUP, contype="0", conaffinity="0", mass="0",
    )  # fmt: skip


def _add_colliders(
    assets: ElementTree.Element, body: ElementTree.Element, parts: Parts, part: LinkParts, output: PlaceFile
) -> None:
    """MuJoCo knows one sliding coefficient: the dynamic one, which is also what Newton takes from USD."""
    sliding = parts.asset.dynamic_friction.value
    for index, shape in enumerate(part.shapes):
        file_name = f"{parts.prefix(part.link)}{shape.kind}_{index:03d}"
        name = f"{parts.asset.name}_{file_name}"
        if shape.kind == "hull":
            file = f"meshes/{file_name}.obj"
            save_obj(output("asset/mjcf_file", f"mjcf/{file}"), shape.mesh.vertices, shape.mesh.faces)
            ElementTree.SubElement(assets, "mesh", name=name, file=file, inertia="convex")
            form = {"type": "mesh", "mesh": name}
        else:
            form = _primitive(shape)
        ElementTree.SubElement(
            body, "geom", form, name=name, group=COLLISION_GROUP,
            condim=str(contact_dimensions(shape)),
            friction=join_numbers((sliding, TORSIONAL_FRICTION_M, rolling_friction_m(shape))),
            mass="0", rgba="0.2 0.8 0.2 0.4",
        )  # fmt: skip


def _primitive(shape: Shape) -> dict[str, str]:
    """MuJoCo takes half of every length, but the whole radius."""
    radii = 0 if shape.kind == "box" else 1
    size_m = (*shape.size_m[:radii], *(edge_m / 2 for edge_m in shape.size_m[radii:]))
    place = {"pos": join_numbers(shape.position_m), "quat": join_numbers(shape.orientation_wxyz)}
    return {"type": shape.kind, "size": join_numbers(size_m), **place}


def _add_contact_filter(root: ElementTree.Element, parts: Parts) -> None:
    """MuJoCo itself passes over a joint's two bodies, but not where the parent stands still."""
    pairs = find_unfelt_pairs(parts)
    contact = ElementTree.SubElement(root, "contact") if pairs else root
    for one, other in pairs:
        ElementTree.SubElement(contact, "exclude", body1=parts.body(one), body2=parts.body(other))
