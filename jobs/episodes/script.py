"""The scripted expert: reach, close, lift, carry, lower, let go, withdraw. It moves the arm, never the object."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from jobs.episodes.arm import OPENING_M, TIP_BELOW_TOOL_M
from jobs.episodes.grasp import Grasp
from jobs.episodes.kinematics import ArmKinematics, rotate_by, rotation_vector
from jobs.episodes.sight import ObjectState
from jobs.simulation.simulator import FloatArray

_SPEED_M_S, _TURN_SPEED_RAD_S = 0.40, 2.0
_LEAST_MOVE_S, _CLOSE_S, _STEADY_S, _RELEASE_S, _REST_S = 0.45, 0.45, 0.10, 0.35, 0.40
_APPROACH_M, _LIFT_M, _CLEAR_M, _SET_DOWN_M = 0.08, 0.12, 0.02, -0.001
_REACH_TOLERANCE = 0.004
_TRIES = 40


@dataclass(frozen=True)
class Action:
    """Joint targets (7,) [rad] and the gripper's opening [m], held until the next action."""

    joints_rad: FloatArray
    opening_m: float
    releases: bool = False

    @property
    def control(self) -> FloatArray:
        return np.append(self.joints_rad, self.opening_m)


def choose_reachable(
    arm: ArmKinematics,
    grasps: Iterator[Grasp],
    seen: ObjectState,
    top_m: float,
    start_rad: FloatArray,
    goal_m: FloatArray,
) -> tuple[Grasp | None, bool]:
    """The first grasp that the arm can reach, lift and put down at the goal, and whether there was any to try.

    Args:
        top_m: Height of the object's highest point.
        goal_m: (2,) where the object should go.
    """
    any_grasp = False
    for grasp, _ in zip(grasps, range(_TRIES), strict=False):
        any_grasp = True
        above_goal = grasp.position_m + np.append(goal_m - seen.center_of_mass_m[:2], 0.0)
        joints, reached = start_rad, True
        for position in (_before(grasp, top_m), grasp.position_m, _raised(grasp), _raise(above_goal), above_goal):
            joints, missing = arm.solve(joints, position, grasp.rotation)
            reached = reached and missing < _REACH_TOLERANCE
        if reached:
            return grasp, True
    return None, any_grasp


@dataclass
class PickPlace:
    """`look`: what the object does now. Yields one action a frame; the episode goes on in between."""

    arm: ArmKinematics
    look: Callable[[], ObjectState]
    goal_m: FloatArray
    fps: int
    joints_rad: FloatArray

    def actions(self, grasp: Grasp, top_m: float) -> Iterator[Action]:
        """The whole task with one grasp. Ends early if the object did not come along."""
        rotation = grasp.rotation
        yield from self._move(_before(grasp, top_m), rotation, grasp.opening_m)
        yield from self._move(grasp.position_m, rotation, grasp.opening_m)
        yield from self._hold(_STEADY_S, grasp.opening_m)
        yield from self._close(grasp)
        yield from self._move(_raised(grasp), rotation, 0.0)
        if not self.look().in_gripper:
            return
        yield from self._move(_raised(grasp) + self._towards_goal(), rotation, 0.0)
        yield from self._hold(_STEADY_S, 0.0)
        above, _ = self.arm.tool_pose(self.joints_rad)
        set_down = above + self._towards_goal() - np.array([0.0, 0.0, self.look().lowest_m - _SET_DOWN_M])
        yield from self._move(set_down, rotation, 0.0)
        yield from self._hold(_STEADY_S, 0.0)
        yield from self._let_go(grasp)
        yield from self._move(set_down - (_APPROACH_M + _CLEAR_M) * rotation[:, 2], rotation, grasp.opening_m)
        yield from self._hold(_REST_S, grasp.opening_m)

    def wait(self) -> Iterator[Action]:
        """Nothing can be done: stay at home for a while."""
        yield from self._hold(_REST_S, OPENING_M)

    def _towards_goal(self) -> FloatArray:
        """(3,) how far the object still has to go, horizontally."""
        return np.append(self.goal_m - self.look().center_of_mass_m[:2], 0.0)

    def _move(self, position_m: FloatArray, rotation: FloatArray, opening_m: float) -> Iterator[Action]:
        """A straight line of the tool that starts and ends smoothly."""
        start, start_rotation = self.arm.tool_pose(self.joints_rad)
        turn = rotation_vector(rotation @ start_rotation.T)
        way_s = float(np.linalg.norm(position_m - start)) / _SPEED_M_S
        turn_s = float(np.linalg.norm(turn)) / _TURN_SPEED_RAD_S
        frames = self._frames(max(way_s, turn_s, _LEAST_MOVE_S))
        for frame in range(1, frames + 1):
            part = frame / frames
            eased = part * part * (3.0 - 2.0 * part)
            waypoint = start + eased * (position_m - start)
            self.joints_rad, _ = self.arm.solve(
                self.joints_rad, waypoint, rotate_by(eased * turn) @ start_rotation, iterations=8
            )
            yield Action(self.joints_rad, opening_m)

    def _hold(self, seconds: float, opening_m: float) -> Iterator[Action]:
        for _ in range(self._frames(seconds)):
            yield Action(self.joints_rad, opening_m)

    def _close(self, grasp: Grasp) -> Iterator[Action]:
        """Bring the pads in, then let them press."""
        frames = self._frames(_CLOSE_S)
        for frame in range(1, frames + 1):
            yield Action(self.joints_rad, grasp.opening_m * max(0.0, 1.0 - frame / (0.7 * frames)))

    def _let_go(self, grasp: Grasp) -> Iterator[Action]:
        """Open little by little: a round object that is let go with a jerk rolls away."""
        frames = self._frames(_RELEASE_S)
        for frame in range(1, frames + 1):
            part = frame / frames
            yield Action(self.joints_rad, grasp.width_m + part * (grasp.opening_m - grasp.width_m), frame == 1)

    def _frames(self, seconds: float) -> int:
        return max(1, round(seconds * self.fps))


def _before(grasp: Grasp, top_m: float) -> FloatArray:
    """(3,) tool position from which the hand comes down: its tips are above everything that they will enclose."""
    back_m = max(_APPROACH_M, top_m + _CLEAR_M - (grasp.position_m[2] - TIP_BELOW_TOOL_M))
    return grasp.position_m - back_m * grasp.rotation[:, 2]


def _raised(grasp: Grasp) -> FloatArray:
    return _raise(grasp.position_m)


def _raise(position_m: FloatArray) -> FloatArray:
    return position_m + np.array([0.0, 0.0, _LIFT_M])
