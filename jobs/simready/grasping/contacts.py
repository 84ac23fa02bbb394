"""Pairs of points of a surface that two fingers can press on from opposite sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import trimesh
from manifold3d import Manifold
from numpy.typing import NDArray

_CELLS = 12
_AXIS_CELLS = 2.0
_SKIN = 1e-6
"""A line starts so far below the surface, in diagonals."""


@dataclass(frozen=True)
class SurfacePoints:
    """`points_m` (n, 3), spread evenly over a surface, and its outward unit normals there (n, 3)."""

    points_m: NDArray[np.float64]
    normals: NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """`center_m` (3,) between the two points; `axis` (3,), of unit length, from one to the other."""

    center_m: NDArray[np.float64]
    axis: NDArray[np.float64]


def sample_surface(mesh: trimesh.Trimesh, count: int, seed: int) -> SurfacePoints:
    """Points of a closed mesh, drawn in proportion to area."""
    random = np.random.default_rng(seed)
    triangles = np.asarray(mesh.triangles, np.float64)
    across = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    double_area = np.linalg.norm(across, axis=1)
    chosen = np.searchsorted(np.cumsum(double_area), (np.arange(count) + 0.5) / count * double_area.sum())
    # Uniform over a triangle: Osada et al. 2002, "Shape distributions", section 4.2.
    first, second = np.sqrt(random.random(count)), random.random(count)
    weights = np.stack([1 - first, first * (1 - second), first * second], axis=1)
    points_m = np.einsum("nk,nkc->nc", weights, triangles[chosen])
    return SurfacePoints(points_m, across[chosen] / double_area[chosen, None])


def find_pairs(
    solid: Manifold,
    surface: SurfacePoints,
    friction: float,
    widest_m: float,
    center_of_mass_m: NDArray[np.float64],
    most: int,
    seed: int,
) -> tuple[Pair, ...]:
    """Antipodal pairs no further apart than `widest_m`, the best of every neighbourhood and direction.

    Antipodal: the line through both lies within the friction cones of both, which for two soft fingers means force
    closure (Nguyen 1988, "Constructing force-closure grasps"). From each point of the surface two lines are followed
    inwards, square to it and somewhere in the cone, to wherever they come out. Better: squarer contacts, and a line
    nearer to the centre of mass.
    """
    diagonal_m = float(np.linalg.norm(np.ptp(surface.points_m, axis=0)))
    cone = float(np.arctan(friction))
    leaning = _lean(surface.normals, cone, np.random.default_rng(seed))
    found: list[Pair] = []
    worth: list[float] = []
    for point_m, normal, *axes in zip(surface.points_m, surface.normals, -surface.normals, leaning, strict=True):
        for axis in axes:
            inwards = float(np.arccos(np.clip(-normal @ axis, -1, 1)))
            for hit in solid.ray_cast(tuple(point_m + _SKIN * diagonal_m * axis), tuple(point_m + widest_m * axis)):
                skew = max(inwards, float(np.arccos(np.clip(np.array(hit.normal) @ axis, -1, 1))))
                if skew < cone:
                    center_m = (point_m + np.array(hit.position)) / 2
                    lever_m = float(np.linalg.norm(np.cross(axis, center_of_mass_m - center_m)))
                    found.append(Pair(center_m, axis))
                    worth.append(-skew / cone - lever_m / (diagonal_m / 2))
    order = np.argsort(-np.array(worth), kind="stable")
    return _best_of_cells([found[index] for index in order], diagonal_m)[:most]


def _lean(normals: NDArray[np.float64], cone: float, random: np.random.Generator) -> NDArray[np.float64]:
    """(n, 3) directions inwards, anywhere within the friction cones."""
    tangents = np.cross(normals, random.standard_normal(normals.shape))
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    angles = cone * np.sqrt(random.random((len(normals), 1)))
    return np.sin(angles) * tangents - np.cos(angles) * normals


def _best_of_cells(pairs: Sequence[Pair], diagonal_m: float) -> tuple[Pair, ...]:
    """The first of all pairs that lie about in the same place and direction (an axis and its opposite are one)."""
    best: dict[bytes, Pair] = {}
    for pair in pairs:
        head = np.sign(pair.axis[np.abs(pair.axis).argmax()])
        place = np.floor(pair.center_m * (_CELLS / diagonal_m)), np.rint(_AXIS_CELLS * head * pair.axis)
        best.setdefault(np.concatenate(place).astype(np.int64).tobytes(), pair)
    return tuple(best.values())
