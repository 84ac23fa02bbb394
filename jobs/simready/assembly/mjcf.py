"""The scene as MJCF: every asset's own model, attached where it rests."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from jobs.contracts.assembly import AssembledScene
from jobs.simready.appearance.studio import add_studio
from jobs.simready.assembly.start import split_transform
from jobs.simready.assembly.surface import Surface
from jobs.simready.authoring.numbers import join_numbers
from jobs.simready.physics.materials import Material

_SURFACE_PREFIX = "scene."
"""No asset's name has a dot."""
_SURFACE_RGBA = "0.72 0.60 0.47 1"
_TORSIONAL_FRICTION_M, _ROLLING_FRICTION_M = 0.005, 0.0001
"""MuJoCo's own defaults."""


def body_of(member: str, body: str) -> str:
    """What a body, or a joint, of an asset is called in the scene."""
    return f"{member}/{body}"


def surface_of(name: str) -> str:
    """What the body of a support is called in the scene."""
    return _SURFACE_PREFIX + name


def author_scene_mjcf(
    scene: AssembledScene,
    surfaces: Sequence[Surface],
    models: Mapping[str, Path],
    material: Material,
    view: tuple[np.ndarray, float],
    path: Path,
) -> None:
    """Write the scene: supports that stand still, and the assets by reference to their own files.

    Args:
        scene: Where each object is.
        surfaces: The supports.
        models: MJCF file of each object, below the folder of `path`.
        material: Of the supports.
        view: Middle (3,) and radius [m] of what the camera sees.
        path: Where to.
    """
    root = ElementTree.Element("mujoco", model=scene.name)
    ElementTree.SubElement(root, "compiler", angle="radian", autolimits="true")
    ElementTree.SubElement(root, "option", integrator="implicitfast", gravity=join_numbers((0, 0, -scene.gravity_m_s2)))
    add_studio(root, *view)
    assets, world = ElementTree.SubElement(root, "asset"), ElementTree.SubElement(root, "worldbody")
    friction = join_numbers((material.dynamic_friction.value, _TORSIONAL_FRICTION_M, _ROLLING_FRICTION_M))
    for surface in surfaces:
        body = ElementTree.SubElement(world, "body", name=surface_of(surface.name), pos=join_numbers(surface.middle_m))
        ElementTree.SubElement(
            body, "geom", name=surface_of(surface.name), type="box", size=join_numbers(surface.size_m / 2), condim="4",
            friction=friction, rgba=_SURFACE_RGBA,
        )  # fmt: skip
    for item in scene.objects:
        file = models[item.name].relative_to(path.parent).as_posix()
        ElementTree.SubElement(assets, "model", name=item.name, file=file)
        frame = ElementTree.SubElement(world, "frame", _pose(np.array(item.T_scene_object)))
        ElementTree.SubElement(frame, "attach", model=item.name, prefix=body_of(item.name, ""))
    ElementTree.indent(root)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=False)


def _pose(T: np.ndarray) -> dict[str, str]:
    position_m, orientation_wxyz = split_transform(T)
    return {"pos": join_numbers(position_m), "quat": join_numbers(orientation_wxyz)}
