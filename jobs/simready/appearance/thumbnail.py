"""A small picture of the asset, by the simulator that drops it."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial.transform import Rotation

from jobs.simready.appearance.studio import CAMERA, add_studio
from jobs.simready.authoring.parts import Parts
from jobs.simready.checks.stable_poses import Quaternion
from jobs.simulation.simulator import Simulator

_SIDE_PX = 256


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
        pixels = simulation.render(CAMERA, _SIDE_PX, _SIDE_PX)
    finally:
        simulation.close()
    Image.fromarray(pixels).save(target)


def _author_studio(folder: Path, asset: str, centre_m: NDArray[np.float64], radius_m: float) -> Path:
    """A scene with the asset, which lies in the sphere of `radius_m` about `centre_m`."""
    root = ElementTree.Element("mujoco", model="studio")
    ElementTree.SubElement(root, "include", file=asset)
    add_studio(root, centre_m, radius_m)
    path = folder / "studio_scene.xml"
    ElementTree.ElementTree(root).write(path, encoding="utf-8")
    return path
