"""What a simulator must offer, and the table of those that exist."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.episodes import SimulatorStamp
from jobs.contracts.report import Readiness
from jobs.runtime.errors import BadInput, Unavailable
from jobs.runtime.registry import resolve

SIMULATORS = {
    "mujoco": "jobs.simulation.mujoco_simulator:MujocoSimulator",
    "isaac_sim": "jobs.simulation.isaac_sim:IsaacSim",
}

FloatArray = NDArray[np.float64]


class SimulatorUnavailable(Unavailable):
    """A simulator is not there, or cannot be used on this machine."""

    def __init__(self, name: str, seen: str, remedy: str) -> None:
        super().__init__(f"Simulator '{name}' is not available: {seen}. {remedy}".rstrip())
        self.seen = seen
        self.remedy = remedy


class ModelRejected(BadInput):
    """A model file that a simulator does not accept."""

    def __init__(self, simulator: str, file: str, reason: str) -> None:
        super().__init__(f"Simulator '{simulator}' does not accept '{file}': {reason}. Mend the file or make it anew.")


class Simulation(Protocol):
    """One loaded model. The same state and controls always give the same next state, bit for bit."""

    @property
    def stamp(self) -> SimulatorStamp: ...

    def reset(self) -> None:
        """Back to the model's initial state and gravity, all controls zero."""
        ...

    def state(self) -> FloatArray:
        """(n,) everything that the next step depends on, controls and gravity aside."""
        ...

    def restore(self, state: FloatArray) -> None: ...

    def control(self, values: FloatArray) -> None:
        """(n_actuators,) hold these from now on, in the actuators' units."""
        ...

    def step(self, count: int) -> None: ...

    def joint_positions(self, names: tuple[str, ...]) -> FloatArray:
        """(len(names),) [rad or m]"""
        ...

    def set_joint_positions(self, names: tuple[str, ...], values: FloatArray) -> None:
        """Put joints somewhere, at rest. Values (len(names),) [rad or m]."""
        ...

    def place(self, body: str, position_m: FloatArray, orientation_wxyz: FloatArray) -> None:
        """Put a free body, or a marker (mocap) that nothing collides with, somewhere, at rest."""
        ...

    def throw(self, body: str, linear_m_s: FloatArray, angular_rad_s: FloatArray) -> None:
        """Give a free body a velocity in the world: linear (3,), of its origin, and angular (3,)."""
        ...

    def set_gravity(self, acceleration_m_s2: FloatArray) -> None:
        """(3,) in the world, until the next reset: a turned one is a slope, none is free flight."""
        ...

    def energy_j(self) -> float:
        """Kinetic and potential, of everything that moves. What contacts store is not in it."""
        ...

    def pose(self, body_or_site: str) -> tuple[FloatArray, FloatArray]:
        """Position (3,) [m] and orientation (4,) wxyz in the world."""
        ...

    def velocity(self, body: str) -> tuple[FloatArray, FloatArray]:
        """Linear (3,) [m/s], of the centre of mass, and angular (3,) [rad/s] velocity in the world."""
        ...

    def touching(self, body: str, other: str) -> bool:
        """Whether any geometry of one is in contact with any of the other."""
        ...

    def penetration_m(self, body: str) -> float:
        """Deepest penetration of any contact of the body; 0 without contact."""
        ...

    def render(self, camera: str, width_px: int, height_px: int) -> NDArray[np.uint8]:
        """(height, width, 3) sRGB"""
        ...

    def visible_fraction(self, body: str, camera: str, width_px: int, height_px: int) -> float:
        """Share of the picture's pixels that show the body, by segmentation."""
        ...

    def close(self) -> None: ...


class Simulator(Protocol):
    name: str

    def probe(self) -> Readiness:
        """Step a falling body and render a non-uniform picture, here and now."""
        ...

    def load(self, model: Path, timestep_s: float) -> Simulation:
        """Load an MJCF file.

        Raises:
            SimulatorUnavailable: It is not there, or cannot be used on this machine.
            ModelRejected: It is there, and does not accept the file.
        """
        ...


def open_simulator(name: str) -> Simulator:
    """Raises: UnknownName."""
    return resolve("simulator", SIMULATORS, name)()
