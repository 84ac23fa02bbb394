"""How many bodies a closed surface is made of: separate pieces, and thick parts joined by something much thinner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import manifold3d
import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, label, maximum
from scipy.spatial import KDTree

from jobs.geometry.closed import to_manifold

_GRID = 72
_SHALLOWEST = 1.5
"""Voxels: walls as thin as that fall apart by chance."""
_LARGE = 0.15
"""Of the volume of all: what is smaller is a part, or dust."""
_DEPTHS = np.linspace(0.1, 0.55, 10)
"""Of the deepest point's distance to the surface: how far is eroded."""
_THICKER = 1.8
"""Times the neck's radius: what the thinner of two joined bodies must reach at least."""


@dataclass(frozen=True)
class Bodies:
    """`part` (n,): which body each vertex belongs to. `neck`: its radius by that of the thinner body; 0 if apart."""

    part: NDArray[np.int64]
    neck: float


def find_bodies(mesh: trimesh.Trimesh) -> Bodies | None:
    """Two bodies that may be two objects; None if there is one.

    The solid is eroded step by step until it falls apart into two large bodies, each clearly thicker than what joined
    them: a handle that thins away leaves one, a dumbbell two.

    Raises:
        OpenMesh: The mesh does not enclose a volume.
    """
    solid = to_manifold(mesh)
    low, high = np.reshape(solid.bounding_box(), (2, 3))
    spacing = float((high - low).max()) / _GRID
    depth = np.asarray(distance_transform_edt(_fill(solid, low, high, spacing)), np.float64)
    vertices = np.asarray(mesh.vertices, np.float64)
    levels = _DEPTHS * depth.max()
    for eroded in (0.0, *levels[levels > _SHALLOWEST]):
        cores = _large_cores(depth, eroded)
        if len(cores) >= 2:
            thinner = min(float(depth[tuple(core.T)].max()) for core in cores[:2])
            trees = [KDTree(low + (core + 0.5) * spacing) for core in cores[:2]]
            nearest = np.argmin([tree.query(vertices)[0] for tree in trees], axis=0)
            return Bodies(nearest.astype(np.int64), float(eroded / thinner))
    return None


def _large_cores(depth: NDArray[np.float64], eroded: float) -> list[NDArray[np.int64]]:
    """Voxels (n, 3) of what is left deeper than `eroded`, largest first, where it grows back to a large body."""
    left = np.empty(depth.shape, np.int32)
    count = cast(int, label(depth > eroded, output=left))
    if count < 2:
        return []
    deepest = np.asarray(maximum(depth, left, np.arange(1, count + 1)))
    cores = []
    for number in 1 + np.flatnonzero(deepest >= _THICKER * eroded):
        core = left == number
        grown = np.count_nonzero(np.asarray(distance_transform_edt(~core)) <= eroded)
        if grown >= _LARGE * np.count_nonzero(depth):
            cores.append(np.argwhere(core))
    return sorted(cores, key=len, reverse=True)


def _fill(
    solid: manifold3d.Manifold, low: NDArray[np.float64], high: NDArray[np.float64], spacing: float
) -> NDArray[np.bool_]:
    """(nx, ny, nz) voxels whose middle layer's outline holds them, with an empty one around."""
    nx, ny, nz = np.maximum(np.ceil((high - low) / spacing).astype(int), 1)
    filled = np.zeros((nx, ny, nz), np.uint8)
    layer = np.zeros((ny, nx), np.uint8)
    for k in range(nz):
        outlines = solid.slice(float(low[2] + (k + 0.5) * spacing)).to_polygons()
        rings = [np.rint((np.asarray(ring)[:, :2] - low[:2]) / spacing * 16 - 8).astype(np.int32) for ring in outlines]
        layer[:] = 0
        if rings:
            cv2.fillPoly(layer, rings, 1, cv2.LINE_8, 4)
        filled[:, :, k] = layer.T
    return np.pad(filled > 0, 1)
