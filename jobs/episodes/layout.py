"""Where things start: the object at a random place on the table, at rest, and the goal on the other side."""

# mujoco ships no types (pyright reads nothing but settings in the next line):
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from jobs.episodes.arm import ARM_JOINTS, FINGER_JOINTS, HOME_RAD, OPENING_M
from jobs.episodes.asset import TableObject
from jobs.episodes.kinematics import rotation_matrix
from jobs.episodes.scene import GOAL, body_of
from jobs.simulation.simulator import FloatArray, Simulation

_OBJECT_X_M, _GOAL_X_M = (0.40, 0.56), (0.40, 0.54)
_SIDE_Y_M = (0.09, 0.22)
_DROP_M = 0.002
_SETTLE_LIMIT_S, _LOOK_EVERY_S, _CALM_LOOKS = 3.0, 0.05, 4
_CALM_M_S, _CALM_RAD_S = 0.002, 0.03


@dataclass(frozen=True)
class Layout:
    """`start_m`: where the object's centre of mass is dropped (x, y). `goal_m`: where it should go (x, y)."""

    start_m: FloatArray
    orientation_wxyz: FloatArray
    goal_m: FloatArray


def draw_layout(random: np.random.Generator, item: TableObject) -> Layout:
    """One of the orientations that the object is known to rest in, turned any way, left or right of the arm."""
    side = random.choice((-1.0, 1.0))
    start = np.array([random.uniform(*_OBJECT_X_M), side * random.uniform(*_SIDE_Y_M)])
    goal = np.array([random.uniform(*_GOAL_X_M), -side * random.uniform(*_SIDE_Y_M)])
    turn = random.uniform(-np.pi, np.pi)
    known = item.document.stable_poses_wxyz or ((1.0, 0.0, 0.0, 0.0),)
    resting = np.array(known[random.integers(len(known))])
    orientation = np.empty(4)
    mujoco.mju_mulQuat(orientation, np.array([np.cos(turn / 2), 0, 0, np.sin(turn / 2)]), resting)
    return Layout(start, orientation / np.linalg.norm(orientation), goal)


def set_up(simulation: Simulation, item: TableObject, layout: Layout) -> None:
    """Arm at home with open fingers, goal in place, object dropped from a hair's breadth and left to come to rest."""
    simulation.reset()
    simulation.set_joint_positions(ARM_JOINTS, HOME_RAD)
    simulation.set_joint_positions(FINGER_JOINTS, np.full(2, OPENING_M / 2))
    simulation.control(np.append(HOME_RAD, OPENING_M))
    simulation.place(GOAL, np.append(layout.goal_m, 0.0), np.array([1.0, 0.0, 0.0, 0.0]))
    rotation = rotation_matrix(layout.orientation_wxyz)
    lowest_m = (item.corners_m @ rotation.T)[:, 2].min()
    position = np.append(layout.start_m - (rotation @ item.center_of_mass_m)[:2], _DROP_M - lowest_m)
    simulation.place(body_of(item), position, layout.orientation_wxyz)
    _settle(simulation, body_of(item))


def _settle(simulation: Simulation, body: str) -> None:
    steps, calm = round(_LOOK_EVERY_S / simulation.stamp.timestep_s), 0
    for _ in range(round(_SETTLE_LIMIT_S / _LOOK_EVERY_S)):
        simulation.step(steps)
        linear, angular = simulation.velocity(body)
        still = np.linalg.norm(linear) < _CALM_M_S and np.linalg.norm(angular) < _CALM_RAD_S
        calm = calm + 1 if still else 0
        if calm == _CALM_LOOKS:
            return
