"""Which points a closed surface has around them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from jobs.geometry.box_tree import BoxTree

_ASKEW = Rotation.from_rotvec([0.4142, 0.7321, 0.2361]).as_matrix()
"""Models like right angles; a ray along an edge would meet both of its faces or none."""


def lie_inside(points: NDArray[np.float64], mesh: trimesh.Trimesh) -> NDArray[np.bool_]:
    """Which of points (n, 3) [m] lie inside a closed surface: a ray from there meets an odd number of faces."""
    met = np.zeros(len(points), np.int64)
    for who, _, _ in find_met(points @ _ASKEW.T, np.asarray(mesh.triangles, np.float64) @ _ASKEW.T):
        met += np.bincount(who, minlength=len(points))
    return met % 2 == 1


def find_met(
    points: NDArray[np.float64], corners: NDArray[np.float64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
    """What rays from points (n, 3) along +z meet, in blocks: the point (k,), the triangle (k,) of `corners` (m, 3, 3),
    and how far it is (k,). A ray through an edge meets neither side of it."""
    for pairs in BoxTree(corners).find_above(points):
        who, which = pairs.T
        a, b, c = (corners[which] - points[who][:, None]).transpose(1, 0, 2)
        weights = np.stack([_cross(b, c), _cross(c, a), _cross(a, b)], axis=1)
        around = (weights > 0).all(axis=1) | (weights < 0).all(axis=1)
        height = np.einsum("ij,ij->i", weights, np.stack([a[:, 2], b[:, 2], c[:, 2]], axis=1))
        above = around & (height * weights.sum(axis=1) > 0)
        yield who[above], which[above], height[above] / weights[above].sum(axis=1)


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
