"""Where the points of a guessed solid are seen in the picture that it was guessed from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Projection:
    """What the camera does to points at some heights (n,), rising; between them it changes linearly.

    The solid's frame is x to the right, y away from the viewer, z up. `rows`: of the points on the z axis [px];
    `scales`: pixels per unit; `elevations_deg` that they are seen from. The z axis is seen in column `column`.
    """

    heights: Values
    rows: Values
    scales: Values
    elevations_deg: Values
    column: float

    def locate(self, points: Values) -> tuple[Values, Values]:
        """Columns and rows (n,) [px, pixel centres at .5] of points (n, 3)."""
        x, y, z = points.T
        scale = np.interp(z, self.heights, self.scales)
        sine = np.sin(np.radians(np.interp(z, self.heights, self.elevations_deg)))
        return self.column + scale * x, np.interp(z, self.heights, self.rows) - scale * sine * y
