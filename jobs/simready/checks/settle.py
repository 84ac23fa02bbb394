"""Drop test: does the asset come to rest on a plane, and how?"""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from jobs.contracts.simready import SettleSettings
from jobs.simready.authoring.parts import Parts
from jobs.simulation.simulator import Simulation, Simulator


@dataclass(frozen=True)
class Rest:
    """Where one drop ended: orientation (4,) wxyz in the world, and the deepest penetration [m]."""

    orientation_wxyz: NDArray[np.float64]
    penetration_m: float


def drop(
    parts: Parts, mjcf: Path, simulator: Simulator, settings: SettleSettings, seed: int, scratch: Path
) -> tuple[Rest | None, ...]:
    """Let an asset fall onto a plane in random orientations.

    Args:
        parts: The asset.
        mjcf: Its MJCF file.
        simulator: Who simulates.
        settings: How often, from how high, for how long, and what rest means.
        seed: Of the orientations.
        scratch: A folder for the scene.

    Returns:
        One entry per drop; None where it was still moving at the end, or the simulation diverged.
    """
    simulation = simulator.load(author_ground_scene(mjcf, scratch), settings.timestep_s)
    corners_m = np.concatenate([np.asarray(shape.mesh.vertices, np.float64) for shape in parts.base.shapes])
    random = np.random.default_rng(seed)
    try:
        return tuple(
            _drop_once(simulation, parts.asset.name, corners_m, orientation, settings)
            for orientation in _random_orientations(settings.poses, random)
        )
    finally:
        simulation.close()


def author_ground_scene(mjcf: Path, scratch: Path) -> Path:
    """A scene with the asset over the plane z = 0; a copy, because includes resolve files beside the outer one."""
    folder = scratch / "ground"
    shutil.copytree(mjcf.parent, folder, dirs_exist_ok=True)
    root = ElementTree.Element("mujoco", model="ground")
    ElementTree.SubElement(root, "option", integrator="implicitfast")
    ElementTree.SubElement(root, "include", file=mjcf.name)
    world = ElementTree.SubElement(root, "worldbody")
    ElementTree.SubElement(world, "geom", name="ground", type="plane", size="0 0 1", condim="3", friction="0 0 0")
    path = folder / "ground_scene.xml"
    ElementTree.ElementTree(root).write(path, encoding="utf-8")
    return path


def _drop_once(
    simulation: Simulation,
    body: str,
    corners_m: NDArray[np.float64],
    orientation: Rotation,
    settings: SettleSettings,
) -> Rest | None:
    diagonal_m = float(np.linalg.norm(np.ptp(corners_m, axis=0)))
    height_m = settings.drop_height * diagonal_m - orientation.apply(corners_m)[:, 2].min()
    simulation.reset()
    simulation.place(body, np.array([0.0, 0.0, height_m]), orientation.as_quat(scalar_first=True))
    steps = max(1, round(settings.rest_window_s / settings.timestep_s / 2))
    before = [_moved(simulation, body, corners_m)]
    for _ in range(round(settings.time_limit_s / settings.timestep_s / steps)):
        simulation.step(steps)
        before.append(_moved(simulation, body, corners_m))
        recent = before[-3:]
        motion_m = max(float(np.linalg.norm(recent[-1] - points, axis=1).max()) for points in recent)
        if not np.isfinite(motion_m):
            return None
        if len(recent) == 3 and motion_m <= settings.rest_motion * diagonal_m and simulation.touching(body, "world"):
            return Rest(simulation.pose(body)[1], simulation.penetration_m(body))
    return None


def _moved(simulation: Simulation, body: str, corners_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) where the body's corners are in the world [m]."""
    position_m, orientation_wxyz = simulation.pose(body)
    return Rotation.from_quat(orientation_wxyz, scalar_first=True).apply(corners_m) + position_m


def _random_orientations(count: int, random: np.random.Generator) -> Sequence[Rotation]:
    """Uniform over all orientations. Source: normalised Gaussian quaternions (Muller 1959)."""
    quaternions = random.standard_normal((count, 4))
    return [Rotation.from_quat(quaternion, scalar_first=True) for quaternion in quaternions]
