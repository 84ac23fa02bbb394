"""One thing fused again, finer, from the frames that see it, into a closed solid.

What frames saw through is empty; what none saw, because the thing itself or its support hid it, is solid, but only
over the thing's footprint. So its underside is closed flat on the support.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, Delaunay, QhullError

from jobs.geometry.closed import from_manifold, to_manifold
from jobs.geometry.errors import OpenMesh
from jobs.reconstruction.carving.hull import Volume
from jobs.reconstruction.carving.surface import extract_surface, simplify, smooth
from jobs.reconstruction.scans.frame import Frame

Array = NDArray[np.float64]
_STEPS, _FINEST_M, _COARSEST_M = 72, 0.002, 0.006
_MARGIN_STEPS = 3
_TRUNCATION_STEPS, _NOISE_M = 3.0, 0.006
_BELIEVED, _FAINT, _EMPTY = 0.7, 0.05, 0.2
"""How much a measurement counts: fully to this part of the truncation behind the surface it saw, then falling off; in
free space less, for a frame that is a little misplaced sees past every edge."""
_FEWEST_FRAMES = 3
_HIDDEN_BASE_M = 0.01
"""So near to the support depth pictures no longer tell the two apart: the solid goes straight down there."""
_MOST_FACES = 60_000


def refuse(points: Array, frames: Sequence[Frame]) -> list[trimesh.Trimesh]:
    """Closed solids, one piece each, of what stands on z = 0, largest first.

    Args:
        points: (n, 3) [m], of one thing, or of some that nearly touch, in its support's frame.
        frames: Those that see it, in the same frame.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    spacing = float(np.clip((high - low).max() / _STEPS, _FINEST_M, _COARSEST_M))
    low, high = low - _MARGIN_STEPS * spacing, high + _MARGIN_STEPS * spacing
    low[2] = -_MARGIN_STEPS * spacing
    size = np.ceil((high - low) / spacing).astype(int) + 1
    field = _fuse(low, spacing, size, frames)
    field = np.where(_footprint(points, low, spacing, size)[..., None], field, -_limit(spacing))
    base = int(np.ceil((_HIDDEN_BASE_M - low[2]) / spacing))
    if base < size[2]:
        field[:, :, :base] = np.minimum(field[:, :, :base], field[:, :, base : base + 1])
    surface = extract_surface(smooth(Volume(field.astype(np.float32), low, spacing)))
    if surface is None:
        return []
    try:
        solid = to_manifold(surface, "a scanned object").trim_by_plane((0.0, 0.0, 1.0), 0.0)
    except OpenMesh:
        return []
    pieces = sorted(solid.decompose(), key=lambda piece: -piece.volume())
    meshes = [from_manifold(simplify(piece, spacing, _MOST_FACES)) for piece in pieces]
    return [mesh for mesh in meshes if len(mesh.faces)]


def _limit(spacing: float) -> float:
    return _TRUNCATION_STEPS * spacing + _NOISE_M


def _fuse(low: Array, spacing: float, size: NDArray[np.int64], frames: Sequence[Frame]) -> NDArray[np.float32]:
    """Mean distance behind the measured surface (nx, ny, nz) [m], weighted by how near the camera was."""
    axes = [low[axis] + spacing * np.arange(size[axis]) for axis in range(3)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3).astype(np.float32)
    limit = np.float32(_limit(spacing))
    total, weight, count = (np.zeros(len(points), np.float32) for _ in range(3))
    for frame in frames:
        depth, measured = frame.depth_at(points)
        behind = depth.astype(np.float32) - measured
        tells = np.flatnonzero((measured > 0) & (behind < limit))
        if not len(tells):
            continue
        distance = np.maximum(behind[tells], -limit)
        share = np.clip((limit - distance) / (limit * _BELIEVED), _FAINT, 1)
        share[distance <= -limit] = _EMPTY
        share /= np.square(measured[tells])
        total[tells] += share * distance
        weight[tells] += share
        count[tells] += 1
    known = count >= _FEWEST_FRAMES
    mean = np.where(known, total / np.maximum(weight, np.float32(1e-9)), limit)
    return mean.reshape(tuple(size))


def _footprint(points: Array, low: Array, spacing: float, size: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Columns (nx, ny) of the grid over the convex outline of the points, a step wider."""
    x, y = (low[axis] + spacing * np.arange(size[axis]) for axis in range(2))
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    around = np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]]) * spacing
    wide = (points[:, None, :2] + around).reshape(-1, 2)
    try:
        outline = Delaunay(wide[ConvexHull(wide).vertices])
    except QhullError:
        return np.zeros(tuple(size[:2]), bool)
    return (outline.find_simplex(grid) >= 0).reshape(tuple(size[:2]))
