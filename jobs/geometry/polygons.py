"""Polygons as triangles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def fan(sizes: NDArray[np.int64], corners: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every polygon as a fan about its first corner.

    A fan of a flat polygon that is not convex overlaps itself, with the right signed area and so the right volume.

    Args:
        sizes: Corners of each polygon (m,); those with fewer than three make no triangle.
        corners: Vertices (sizes.sum(),) of all polygons, one after the other.

    Returns:
        Vertices (k, 3) of the triangles, and the place in `corners` (k, 3) of each.
    """
    sizes = np.asarray(sizes, np.int64)
    triangles = np.maximum(sizes - 2, 0)
    first = np.repeat(np.cumsum(sizes) - sizes, triangles)
    step = np.arange(triangles.sum()) - np.repeat(np.cumsum(triangles) - triangles, triangles)
    places = np.column_stack([first, first + step + 1, first + step + 2])
    return corners[places], places
