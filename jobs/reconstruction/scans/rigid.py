"""Poses as files write them, to transforms that are proven rigid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]
_NOT_ORTHOGONAL = 0.01
_FARTHEST_M = 1000.0
OPENCV_FROM_OPENGL = np.diag([1.0, -1.0, -1.0, 1.0])


def find_fault(T: Array) -> str | None:
    """Why a matrix is no rigid transform in metres; None if it is one."""
    if T.shape != (4, 4):
        return f"it is {' x '.join(map(str, T.shape))} numbers, not 4 x 4"
    if not np.isfinite(T).all():
        return "it holds NaN or infinity"
    if not np.allclose(T[3], [0, 0, 0, 1], atol=1e-6):
        return "its last row is not 0 0 0 1"
    if np.abs(T[:3, 3]).max() > _FARTHEST_M:
        return f"it is {np.abs(T[:3, 3]).max():.3g} m from the origin"
    if np.linalg.det(T[:3, :3]) < 0:
        return "it is a mirror image"
    if np.abs(T[:3, :3] @ T[:3, :3].T - np.eye(3)).max() > _NOT_ORTHOGONAL:
        return "its 3 x 3 part is no rotation"
    return None


def orthonormal(T: Array) -> Array:
    """The same with the rounding of its file taken out."""
    exact = T.copy()
    U, _, V = np.linalg.svd(T[:3, :3])
    exact[:3, :3] = U @ V
    return exact


def from_quaternion(translation: Array, xyzw: Array) -> Array:
    """(4, 4); of a quaternion without length, one that `find_fault` refuses."""
    T = np.eye(4)
    length = np.linalg.norm(xyzw)
    T[:3, :3] = Rotation.from_quat(xyzw).as_matrix() if np.isfinite(length) and abs(length - 1) < 0.1 else np.nan
    T[:3, 3] = translation
    return T
