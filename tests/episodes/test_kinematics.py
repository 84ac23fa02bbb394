"""The arm reaches what it should, and says how far off it is where it cannot."""

from __future__ import annotations

import numpy as np
import pytest

from jobs.episodes.arm import HOME_RAD
from jobs.episodes.kinematics import ArmKinematics, rotate_by, rotation_matrix, rotation_vector

POINTING_DOWN = np.diag([1.0, -1.0, -1.0])


@pytest.fixture(scope="module")
def arm() -> ArmKinematics:
    return ArmKinematics()


def test_tool_points_down_at_home(arm: ArmKinematics) -> None:
    position, rotation = arm.tool_pose(HOME_RAD)
    assert rotation == pytest.approx(POINTING_DOWN, abs=2e-3)
    assert position[2] > 0.3


@pytest.mark.parametrize("x_m", [0.38, 0.58])
@pytest.mark.parametrize("y_m", [-0.25, 0.25])
@pytest.mark.parametrize("z_m", [0.015, 0.25])
@pytest.mark.parametrize("turn_rad", [-1.5, 0.0, 1.5])
def test_whole_workspace_is_reached_at_any_turn(
    arm: ArmKinematics, x_m: float, y_m: float, z_m: float, turn_rad: float
) -> None:
    target, rotation = np.array([x_m, y_m, z_m]), rotate_by(np.array([0.0, 0.0, turn_rad])) @ POINTING_DOWN
    joints, missing = arm.solve(HOME_RAD, target, rotation)
    position, reached = arm.tool_pose(joints)
    assert missing < 2e-3
    assert position == pytest.approx(target, abs=1e-3)
    assert reached == pytest.approx(rotation, abs=3e-3)


def test_what_is_out_of_reach_is_said_to_be(arm: ArmKinematics) -> None:
    _, missing = arm.solve(HOME_RAD, np.array([1.5, 0.0, 0.1]), POINTING_DOWN)
    assert missing > 0.3


def test_rotation_vector_and_matrix_are_inverse() -> None:
    vector = np.array([0.3, -0.8, 1.1])
    assert rotation_vector(rotate_by(vector)) == pytest.approx(vector)
    assert rotate_by(np.zeros(3)) == pytest.approx(np.eye(3))
    assert rotation_matrix(np.array([0.0, 1.0, 0.0, 0.0])) == pytest.approx(POINTING_DOWN)
