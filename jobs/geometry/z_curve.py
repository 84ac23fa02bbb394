"""An order of points in which neighbours in space mostly stay neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BITS = 10


def z_curve_3d(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n,) position along a Z-curve of 1024^3 cells through the bounding cube of points (n, 3)."""
    low = points.min(axis=0)
    scale = ((1 << _BITS) - 1) / max(float(np.ptp(points, axis=0).max()), 1e-12)
    cell = ((points - low) * scale).astype(np.int64)
    position = np.zeros(len(points), np.int64)
    for bit in range(_BITS):
        for axis in range(3):
            position |= (cell[:, axis] >> bit & 1) << (3 * bit + axis)
    return position
