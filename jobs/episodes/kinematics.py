"""Joint angles that bring the tool to a pose: damped least squares on a model of the arm alone."""

# mujoco ships no types (pyright reads nothing but settings in the next line):
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import mujoco
import numpy as np

from jobs.episodes.arm import ARM_JOINTS, HOME_RAD, PREFIX, TOOL, build_arm
from jobs.simulation.simulator import FloatArray

_DAMPING = 1e-3
_POSTURE_GAIN = 0.1
_LARGEST_STEP_RAD = 0.3
_LIMIT_MARGIN_RAD = 0.02


class ArmKinematics:
    """Forward and inverse kinematics; holds no state between calls."""

    def __init__(self) -> None:
        self._model = build_arm().compile()
        self._data = mujoco.MjData(self._model)
        self._tool = self._model.site(TOOL.removeprefix(PREFIX)).id
        count = len(ARM_JOINTS)
        self._low = self._model.jnt_range[:count, 0] + _LIMIT_MARGIN_RAD
        self._high = self._model.jnt_range[:count, 1] - _LIMIT_MARGIN_RAD

    def tool_pose(self, joints_rad: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Position (3,) [m] and rotation (3, 3) of the tool in the arm's base."""
        self._data.qpos[: len(joints_rad)] = joints_rad
        mujoco.mj_kinematics(self._model, self._data)
        return self._data.site_xpos[self._tool].copy(), self._data.site_xmat[self._tool].reshape(3, 3).copy()

    def solve(
        self, start_rad: FloatArray, position_m: FloatArray, rotation: FloatArray, iterations: int = 60
    ) -> tuple[FloatArray, float]:
        """Joint angles (7,) [rad] near `start_rad`, and how far the tool is from the pose then.

        The distance is the norm of the position error [m] and the rotation error [rad] together. What freedom is
        left (seven joints for six numbers) pulls towards the home posture.

        Source: Wampler 1986, "Manipulator inverse kinematic solutions based on vector formulations and damped
        least-squares methods".
        """
        count = len(ARM_JOINTS)
        joints = start_rad.copy()
        jacobian = np.zeros((6, self._model.nv))
        for _ in range(iterations):
            error = self._error(joints, position_m, rotation)
            if np.linalg.norm(error) < 1e-4:
                break
            mujoco.mj_comPos(self._model, self._data)
            mujoco.mj_jacSite(self._model, self._data, jacobian[:3], jacobian[3:], self._tool)
            arm = jacobian[:, :count]
            inverse = np.linalg.solve(arm @ arm.T + _DAMPING * np.eye(6), np.column_stack([error, arm]))
            posture = _POSTURE_GAIN * (HOME_RAD - joints)
            step = arm.T @ inverse[:, 0] + posture - arm.T @ (inverse[:, 1:] @ posture)
            largest = np.abs(step).max()
            joints = np.clip(joints + step * min(1.0, _LARGEST_STEP_RAD / largest), self._low, self._high)
        return joints, float(np.linalg.norm(self._error(joints, position_m, rotation)))

    def _error(self, joints: FloatArray, position_m: FloatArray, rotation: FloatArray) -> FloatArray:
        """(6,) position [m] and rotation vector [rad] that are still missing, in the base's axes."""
        position, present = self.tool_pose(joints)
        return np.concatenate([position_m - position, rotation_vector(rotation @ present.T)])


def rotation_vector(rotation: FloatArray) -> FloatArray:
    """(3,) [rad] of a rotation matrix (3, 3)."""
    quaternion, vector = np.empty(4), np.empty(3)
    mujoco.mju_mat2Quat(quaternion, rotation.ravel())
    mujoco.mju_quat2Vel(vector, quaternion, 1.0)
    return vector


def rotation_matrix(orientation_wxyz: FloatArray) -> FloatArray:
    """(3, 3) of a unit quaternion wxyz (4,)."""
    matrix = np.empty(9)
    mujoco.mju_quat2Mat(matrix, orientation_wxyz)
    return matrix.reshape(3, 3)


def rotate_by(vector_rad: FloatArray) -> FloatArray:
    """(3, 3) of a rotation vector (3,) [rad]."""
    angle = float(np.linalg.norm(vector_rad))
    quaternion = np.array([1.0, 0.0, 0.0, 0.0])
    if angle > 0.0:
        mujoco.mju_axisAngle2Quat(quaternion, vector_rad / angle, angle)
    return rotation_matrix(quaternion)
