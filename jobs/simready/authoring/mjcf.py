"""The asset as MJCF: a free body of its own, to be loaded, included or attached."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from jobs.contracts.simready import Asset
from jobs.simready.authoring.parts import UNCOLOURED_RGB, Parts, PlaceFile
from jobs.simready.authoring.wavefront import save_obj
from jobs.simready.collision.shape import Shape

VISUAL_GROUP, COLLISION_GROUP = "2", "3"
_TORSIONAL_FRICTION_M, _ROLLING_FRICTION_M = 0.005, 0.0001
"""MuJoCo's own defaults."""
_ROLLING_RESISTANCE = 0.01
"""Of what is round, as part of its radius: engineering tables give 0.001 (steel on steel) to 0.02 (rubber on concrete).
Without any, a can that tipped over was still rolling after 10 s; a hull has facets to come to rest on."""


def author_mjcf(parts: Parts, output: PlaceFile) -> Path:
    """Write `mjcf/<name>.xml` and the files that it refers to, relative to itself.

    Body and free joint are called as the asset; meshes, materials and geometries carry its name as a prefix, so that
    several assets go into one scene. The mass is written out: what MuJoCo would infer from meshes differs.

    Returns:
        The XML file.
    """
    name = parts.asset.name
    root = ElementTree.Element("mujoco", model=name)
    ElementTree.SubElement(root, "compiler", angle="radian", autolimits="true")
    assets = ElementTree.SubElement(root, "asset")
    body = ElementTree.SubElement(ElementTree.SubElement(root, "worldbody"), "body", name=name)
    ElementTree.SubElement(body, "freejoint", name=name)
    _add_inertial(body, parts.asset)
    _add_visual(assets, body, parts, output)
    _add_colliders(assets, body, parts, output)
    ElementTree.indent(root)
    path = output("asset/mjcf", f"mjcf/{name}.xml")
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=False)
    return path


def _add_inertial(body: ElementTree.Element, asset: Asset) -> None:
    inertia = np.array(asset.inertia_kg_m2)
    ElementTree.SubElement(
        body,
        "inertial",
        pos=_numbers(asset.center_of_mass_m),
        mass=_numbers([asset.mass_kg.value]),
        fullinertia=_numbers(inertia[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]),
    )


def _add_visual(assets: ElementTree.Element, body: ElementTree.Element, parts: Parts, output: PlaceFile) -> None:
    name, mesh, texture = parts.asset.name, parts.base.visual.mesh, parts.base.visual.texture
    material = {"name": f"{name}_material", "specular": "0.2", "shininess": "0.2"}
    if texture is None:
        material["rgba"] = _numbers((*UNCOLOURED_RGB, 1))
    else:
        output("asset/mjcf_file", "mjcf/texture.png").write_bytes(texture.png)
        ElementTree.SubElement(assets, "texture", name=f"{name}_texture", type="2d", file="texture.png")
        material["texture"] = f"{name}_texture"
    ElementTree.SubElement(assets, "material", material)
    uv = None if texture is None else texture.uv
    save_obj(output("asset/mjcf_file", "mjcf/meshes/visual.obj"), mesh.vertices, mesh.faces, uv)
    ElementTree.SubElement(assets, "mesh", name=f"{name}_visual", file="meshes/visual.obj", inertia="shell")
    ElementTree.SubElement(
        body, "geom", name=f"{name}_visual", type="mesh", mesh=f"{name}_visual", material=f"{name}_material",
        group=VISUAL_GROUP, contype="0", conaffinity="0", mass="0",
    )  # fmt: skip


def _add_colliders(assets: ElementTree.Element, body: ElementTree.Element, parts: Parts, output: PlaceFile) -> None:
    """MuJoCo knows one sliding coefficient: the dynamic one, which is also what Newton takes from USD."""
    name = parts.asset.name
    sliding = parts.asset.dynamic_friction.value
    for index, shape in enumerate(parts.base.shapes):
        part = f"{shape.kind}_{index:03d}"
        if shape.kind == "hull":
            file = f"meshes/{part}.obj"
            save_obj(output("asset/mjcf_file", f"mjcf/{file}"), shape.mesh.vertices, shape.mesh.faces)
            ElementTree.SubElement(assets, "mesh", name=f"{name}_{part}", file=file, inertia="convex")
            form = {"type": "mesh", "mesh": f"{name}_{part}"}
        else:
            form = _primitive(shape)
        rolls = shape.kind not in ("hull", "box")
        rolling_m = _ROLLING_RESISTANCE * shape.size_m[0] if rolls else _ROLLING_FRICTION_M
        ElementTree.SubElement(
            body, "geom", form, name=f"{name}_{part}", group=COLLISION_GROUP, condim="6" if rolls else "4",
            friction=_numbers((sliding, _TORSIONAL_FRICTION_M, rolling_m)), mass="0", rgba="0.2 0.8 0.2 0.4",
        )  # fmt: skip


def _primitive(shape: Shape) -> dict[str, str]:
    """MuJoCo takes half of every length, but the whole radius."""
    radii = 0 if shape.kind == "box" else 1
    size_m = (*shape.size_m[:radii], *(edge_m / 2 for edge_m in shape.size_m[radii:]))
    place = {"pos": _numbers(shape.position_m), "quat": _numbers(shape.orientation_wxyz)}
    return {"type": shape.kind, "size": _numbers(size_m), **place}


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.12g}" for value in values)
