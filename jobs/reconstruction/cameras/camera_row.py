"""What a camera file says about one photo, before the photo was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROTATION_TOLERANCE = 5e-3
"""Camera files round their numbers; more than this is another kind of matrix."""


@dataclass(frozen=True)
class CameraRow:
    """`photo`: path as written in the file. `K` is None if only the field of view is known: `angle_x_rad`.

    `size_px`: width and height that the row was made for, where it says so. The rest as in `Camera`.
    """

    photo: str
    K: NDArray[np.float64] | None
    R_camera_world: NDArray[np.float64]
    t_camera_world: NDArray[np.float64]
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    size_px: tuple[int, int] | None = None
    angle_x_rad: float | None = None


def rotation_problem(R: NDArray[np.float64]) -> str:
    """Why a matrix is no rotation; empty if it is one."""
    if not np.isfinite(R).all():
        return "the rotation holds NaN or infinity"
    if np.abs(R @ R.T - np.eye(3)).max() > _ROTATION_TOLERANCE:
        return "its 3x3 part is not a rotation"
    if np.linalg.det(R) < 0:
        return "its 3x3 part is a mirror image of a rotation"
    return ""


def nearest_rotation(R: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation that a rounded one stands for."""
    u, _, vt = np.linalg.svd(R)
    return u @ vt
