"""How squarely a photo looks at the surface in a depth map."""

from __future__ import annotations

import numpy as np

from jobs.reconstruction.stereo.kernel import Plane
from jobs.reconstruction.stereo.photo import Photo

_LEAST = np.float32(0.3)
"""Steeper than this is a jump from one surface to another."""


def compute_slant(photo: Photo, depth: Plane) -> Plane:
    """What a distance in depth is worth as a distance from the surface, (h, w); 1 where no neighbour is known.

    The tangent plane through the point at depth z behind pixel (u, v) is n . X = const with
    n = (-f_x z_u, -f_y z_v, z + (u - c_x) z_u + (v - c_y) z_v), whose value on the ray of depth 1 is z.
    """
    height, width = depth.shape
    K = photo.camera.K
    v, u = np.mgrid[:height, :width].astype(np.float32) + np.float32(0.5)
    along_u, along_v = _change(depth, 1), _change(depth, 0)
    third = depth + (u - np.float32(K[0, 2])) * along_u + (v - np.float32(K[1, 2])) * along_v
    length = np.sqrt((np.float32(K[0, 0]) * along_u) ** 2 + (np.float32(K[1, 1]) * along_v) ** 2 + third**2)
    return np.clip(depth / np.maximum(length, np.float32(1e-12)), _LEAST, np.float32(1))


def _change(depth: Plane, axis: int) -> Plane:
    """Mean of the differences to the known neighbours on both sides; 0 if none is known."""
    total: Plane = np.zeros_like(depth)
    count: Plane = np.zeros_like(depth)
    step = np.diff(depth, axis=axis)
    ahead = [slice(None)] * 2
    behind = [slice(None)] * 2
    ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
    known = (depth[tuple(ahead)] > 0) & (depth[tuple(behind)] > 0)
    for side in (ahead, behind):
        total[tuple(side)] += np.where(known, step, 0)
        count[tuple(side)] += known
    return np.asarray(total / np.maximum(count, 1), np.float32)
