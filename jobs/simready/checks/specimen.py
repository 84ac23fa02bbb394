"""An asset in a simulation, over the plane z = 0."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from jobs.simready.authoring.parts import Parts
from jobs.simulation.simulator import Simulation, Simulator

GRAVITY_M_S2 = 9.81


@dataclass(frozen=True)
class Plane:
    """What an asset lies on. `friction`: imposed on the asset, which else has its own. `round_cone`: friction is
    Coulomb's in every direction; MuJoCo's default cone is a pyramid, whose contacts are stiffer."""

    friction: float | None = None
    round_cone: bool = False


@dataclass(frozen=True)
class Specimen:
    """`corners_m`: of each link's colliders (n, 3), in the object frame, by the link's name in the simulation; the base
    comes first."""

    simulation: Simulation
    corners_m: Mapping[str, NDArray[np.float64]]
    timestep_s: float

    @property
    def body(self) -> str:
        return next(iter(self.corners_m))

    @property
    def diagonal_m(self) -> float:
        return float(np.linalg.norm(np.ptp(self._all_corners_m, axis=0)))

    def stand(self, orientation_wxyz: NDArray[np.float64], height_m: float) -> None:
        """Start anew, at rest, with the lowest corner `height_m` over the plane."""
        turned_m = Rotation.from_quat(orientation_wxyz, scalar_first=True).apply(self._all_corners_m)
        self.simulation.reset()
        self.simulation.place(self.body, np.array([0.0, 0.0, height_m - turned_m[:, 2].min()]), orientation_wxyz)

    def wait(self, duration_s: float) -> None:
        self.simulation.step(max(1, round(duration_s / self.timestep_s)))

    def touches_plane(self) -> bool:
        return any(self.simulation.touching(body, "world") for body in self.corners_m)

    def penetration_m(self) -> float:
        return max(self.simulation.penetration_m(body) for body in self.corners_m)

    def place_of_corners(self) -> NDArray[np.float64]:
        """(n, 3) of all links in the world [m]"""
        return np.concatenate([self._to_world(body, corners_m) for body, corners_m in self.corners_m.items()])

    def to_world(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (..., 3) of the base [m]."""
        return self._to_world(self.body, points_m)

    def _to_world(self, body: str, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        position_m, orientation_wxyz = self.simulation.pose(body)
        return Rotation.from_quat(orientation_wxyz, scalar_first=True).apply(points_m) + position_m

    @property
    def _all_corners_m(self) -> NDArray[np.float64]:
        """(n, 3) with every joint at zero."""
        return np.concatenate(list(self.corners_m.values()))


@contextmanager
def open_specimen(
    parts: Parts, mjcf: Path, simulator: Simulator, timestep_s: float, scratch: Path, plane: Plane
) -> Iterator[Specimen]:
    """Load an asset over a plane.

    Raises:
        ModelRejected: The simulator does not accept the asset's MJCF.
    """
    simulation = simulator.load(_author_plane_scene(mjcf, scratch, plane), timestep_s)
    corners_m = {
        parts.body(part.link): np.concatenate([np.asarray(shape.mesh.vertices, np.float64) for shape in part.shapes])
        for part in parts.links
    }
    try:
        yield Specimen(simulation, corners_m, timestep_s)
    finally:
        simulation.close()


def _author_plane_scene(mjcf: Path, scratch: Path, plane: Plane) -> Path:
    """A copy, because includes resolve files beside the outer one. MuJoCo takes the larger friction of two geometries,
    unless one has priority."""
    folder = scratch / "plane"
    shutil.copytree(mjcf.parent, folder, dirs_exist_ok=True)
    root = ElementTree.Element("mujoco", model="plane")
    ElementTree.SubElement(root, "include", file=mjcf.name)
    cone = "elliptic" if plane.round_cone else "pyramidal"
    ElementTree.SubElement(root, "option", integrator="implicitfast", cone=cone)
    world = ElementTree.SubElement(root, "worldbody")
    geom = ElementTree.SubElement(world, "geom", name="plane", type="plane", size="0 0 1", condim="3")
    geom.set("friction", f"{plane.friction or 0:.9g} 0 0")
    geom.set("priority", "0" if plane.friction is None else "1")
    path = folder / "plane_scene.xml"
    ElementTree.ElementTree(root).write(path, encoding="utf-8")
    return path
