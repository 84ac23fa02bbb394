"""Inertia as principal moments and the axes that they are about, which is how USD wants it."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from jobs.contracts.simready import Matrix3, Vector3

Quaternion = tuple[float, float, float, float]


def compute_principal_axes(inertia_kg_m2: Matrix3) -> tuple[Vector3, Quaternion]:
    """Principal moments [kg m^2], ascending, and the rotation wxyz from their axes to the object frame."""
    moments, axes = np.linalg.eigh(np.array(inertia_kg_m2))
    if np.linalg.det(axes) < 0:
        axes[:, 2] *= -1
    w, x, y, z = Rotation.from_matrix(axes).as_quat(canonical=True, scalar_first=True)
    a, b, c = moments
    return (float(a), float(b), float(c)), (float(w), float(x), float(y), float(z))
