"""What the script knows of the object: its state in the simulator, as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.episodes.arm import GRIPPER_BODIES
from jobs.episodes.asset import TableObject
from jobs.episodes.kinematics import rotation_matrix
from jobs.episodes.scene import TABLE, body_of
from jobs.simulation.simulator import FloatArray, Simulation


@dataclass(frozen=True)
class ObjectState:
    """`lowest_m`: height of its lowest point above the table. Speeds: of the centre of mass, and of turning."""

    position_m: FloatArray
    rotation: FloatArray
    center_of_mass_m: FloatArray
    lowest_m: float
    speed_m_s: float
    turning_rad_s: float
    on_table: bool
    in_gripper: bool


def look_at(simulation: Simulation, item: TableObject) -> ObjectState:
    body = body_of(item)
    position, orientation = simulation.pose(body)
    rotation = rotation_matrix(orientation)
    linear, angular = simulation.velocity(body)
    return ObjectState(
        position_m=position,
        rotation=rotation,
        center_of_mass_m=position + rotation @ item.center_of_mass_m,
        lowest_m=float((item.corners_m @ rotation[2] + position[2]).min()),
        speed_m_s=float(np.linalg.norm(linear)),
        turning_rad_s=float(np.linalg.norm(angular)),
        on_table=simulation.touching(body, TABLE),
        in_gripper=any(simulation.touching(body, part) for part in GRIPPER_BODIES),
    )
