"""A small picture of the asset, by the simulator that drops it."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial.transform import Rotation

from jobs.simready.authoring.parts import Parts
from jobs.simready.checks.stable_poses import Quaternion
from jobs.simulation.simulator import Simulator

_SIDE_PX = 256
_FIELD_OF_VIEW_DEG = 30.0
_VIEW_FROM = np.array([0.8, -1.0, 0.7])
_MARGIN = 1.05


def render_thumbnail(
    parts: Parts, mjcf: Path, simulator: Simulator, pose_wxyz: Quaternion, scratch: Path, target: Path
) -> None:
    """Write a PNG of 256 x 256 pixels of the asset in one of its poses."""
    folder = scratch / "studio"
    shutil.copytree(mjcf.parent, folder, dirs_exist_ok=True)
    seen_m = np.concatenate([np.asarray(link.visual.mesh.vertices, np.float64) for link in parts.links])
    vertices_m = Rotation.from_quat(pose_wxyz, scalar_first=True).apply(seen_m)
    centre_m = (vertices_m.min(axis=0) + vertices_m.max(axis=0)) / 2
    radius_m = float(np.linalg.norm(vertices_m - centre_m, axis=1).max())
    simulation = simulator.load(_author_studio(folder, mjcf.name, centre_m, radius_m), timestep_s=0.002)
    try:
        if parts.asset.mobility == "dynamic":
            simulation.place(parts.asset.name, np.zeros(3), np.array(pose_wxyz))
        pixels = simulation.render("camera", _SIDE_PX, _SIDE_PX)
    finally:
        simulation.close()
    Image.fromarray(pixels).save(target)


def _author_studio(folder: Path, asset: str, centre_m: NDArray[np.float64], radius_m: float) -> Path:
    """A scene with the asset, two lights and a camera that sees a sphere of `radius_m` about `centre_m`."""
    away = _VIEW_FROM / np.linalg.norm(_VIEW_FROM)
    distance_m = _MARGIN * radius_m / np.sin(np.deg2rad(_FIELD_OF_VIEW_DEG) / 2)
    right = np.cross([0.0, 0.0, 1.0], away)
    right /= np.linalg.norm(right)
    up = np.cross(away, right)
    root = ElementTree.Element("mujoco", model="studio")
    ElementTree.SubElement(root, "include", file=asset)
    ElementTree.SubElement(root, "statistic", extent=f"{4 * radius_m:.9g}", center=_numbers(centre_m))
    visual = ElementTree.SubElement(root, "visual")
    ElementTree.SubElement(visual, "map", znear="0.05", zfar="50")
    ElementTree.SubElement(visual, "headlight", ambient="0.45 0.45 0.45", diffuse="0.3 0.3 0.3", specular="0 0 0")
    assets = ElementTree.SubElement(root, "asset")
    ElementTree.SubElement(
        assets, "texture", type="skybox", builtin="gradient", rgb1="0.92 0.94 0.96", rgb2="0.75 0.78 0.82",
        width="64", height="384",
    )  # fmt: skip
    world = ElementTree.SubElement(root, "worldbody")
    ElementTree.SubElement(
        world, "light", type="directional", pos="0 0 1", dir="-0.5 0.6 -1", diffuse="0.5 0.5 0.5", castshadow="false"
    )
    ElementTree.SubElement(
        world, "camera", name="camera", fovy=f"{_FIELD_OF_VIEW_DEG}", pos=_numbers(centre_m + away * distance_m),
        xyaxes=f"{_numbers(right)} {_numbers(up)}",
    )  # fmt: skip
    path = folder / "studio_scene.xml"
    ElementTree.ElementTree(root).write(path, encoding="utf-8")
    return path


def _numbers(values: np.ndarray) -> str:
    return " ".join(f"{value:.9g}" for value in values)
