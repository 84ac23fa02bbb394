"""An asset and a gripper in one simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from jobs.contracts.grasps import Grasp, Gripper
from jobs.simready.authoring.parts import Parts
from jobs.simready.grasping.gripper_model import FINGERS, HAND, WRIST, author_gripper_scene
from jobs.simulation.simulator import Simulation, Simulator

_R_world_hand = np.diag([1.0, -1.0, -1.0])
"""The approach is straight down: the weight then pulls along the pads, where only friction opposes it."""
_WRIST_WXYZ = np.array([0.0, 1.0, 0.0, 0.0])
_TIGHTER_M = 0.01


@dataclass(frozen=True)
class Rig:
    """`corners_m` (n, 3): of the base's colliders, in the object frame."""

    simulation: Simulation
    body: str
    corners_m: NDArray[np.float64]
    timestep_s: float

    def present(self, grasp: Grasp, at_m: NDArray[np.float64], open_m: float) -> None:
        """Start anew: the hand at a place, its fingers `open_m` apart, the object weightless between them."""
        simulation = self.simulation
        simulation.reset()
        simulation.set_gravity(np.zeros(3))
        T_grasp_object = np.linalg.inv(np.array(grasp.T_object_grasp))
        orientation = Rotation.from_matrix(_R_world_hand @ T_grasp_object[:3, :3]).as_quat(scalar_first=True)
        simulation.place(self.body, at_m + _R_world_hand @ T_grasp_object[:3, 3], orientation)
        for hand in (WRIST, HAND):
            simulation.place(hand, at_m, _WRIST_WXYZ)
        simulation.set_joint_positions(FINGERS, np.full(2, open_m / 2))

    def close(self, width_m: float, open_m: float, duration_s: float) -> None:
        """Evenly, and further than what is between the fingers lets them: they push with all that they may."""
        tight_m = width_m - 2 * _TIGHTER_M
        for part in self._parts(duration_s):
            self.simulation.control(np.full(2, (open_m + (tight_m - open_m) * part) / 2))
            self.simulation.step(1)

    def open(self, open_m: float, duration_s: float) -> None:
        self.simulation.control(np.full(2, open_m / 2))
        self.wait(duration_s)

    def wait(self, duration_s: float) -> None:
        self.simulation.step(max(1, round(duration_s / self.timestep_s)))

    def carry(self, duration_s: float, place: Callable[[float], NDArray[np.float64]]) -> None:
        """Lead the wrist along `place`, of the time [s] since now."""
        for part in self._parts(duration_s):
            self.simulation.place(WRIST, place(part * duration_s), _WRIST_WXYZ)
            self.simulation.step(1)

    def in_world(self) -> NDArray[np.float64]:
        """(n, 3) the object's corners [m]."""
        position_m, orientation_wxyz = self.simulation.pose(self.body)
        return Rotation.from_quat(orientation_wxyz, scalar_first=True).apply(self.corners_m) + position_m

    def in_hand(self) -> NDArray[np.float64]:
        """(n, 3) the object's corners [m], in the axes of the hand."""
        position_m, orientation_wxyz = self.simulation.pose(HAND)
        return Rotation.from_quat(orientation_wxyz, scalar_first=True).inv().apply(self.in_world() - position_m)

    def _parts(self, duration_s: float) -> NDArray[np.float64]:
        """Every step of the simulation: a hand that is led in leaps shakes off what it holds."""
        steps = max(1, round(duration_s / self.timestep_s))
        return (np.arange(steps) + 1) / steps


@contextmanager
def open_rig(
    parts: Parts, mjcf: Path, simulator: Simulator, gripper: Gripper, force_n: float, timestep_s: float, scratch: Path
) -> Iterator[Rig]:
    """Load an asset together with a gripper whose fingers push with `force_n` at most.

    Raises:
        ModelRejected: The simulator does not accept the asset's MJCF.
    """
    simulation = simulator.load(author_gripper_scene(mjcf, scratch, gripper, force_n), timestep_s)
    corners_m = np.concatenate([np.asarray(shape.mesh.vertices, np.float64) for shape in parts.base.shapes])
    try:
        yield Rig(simulation, parts.asset.name, corners_m, timestep_s)
    finally:
        simulation.close()
