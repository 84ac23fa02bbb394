"""The surface of a sampled field, as a closed mesh."""

from __future__ import annotations

from dataclasses import replace

import manifold3d
import numpy as np
import trimesh
from scipy.ndimage import gaussian_filter
from skimage.measure import marching_cubes

from jobs.reconstruction.carving.hull import Volume

_SMALLEST_PIECE = 0.02
_OFF_ZERO = 1e-3
"""Of a voxel: samples nearer to zero would put several vertices into one place."""
_FIRST_TOLERANCE, _TOLERANCE_STEP = 0.03, 2.0
_SMOOTHING_VOXELS, _FAR_VOXELS = 0.7, 4.0


def smooth(volume: Volume) -> Volume:
    """The field near the surface, lightly smoothed.

    It takes the steps off the edges that a voxel grid cuts at a slant, and was measured not to cost overlap with the
    truth (at most 0.0004 of the IoU at 0.7 voxels on scanned objects).
    """
    near = np.clip(volume.values, -_FAR_VOXELS * volume.spacing, _FAR_VOXELS * volume.spacing)
    return replace(volume, values=gaussian_filter(near, _SMOOTHING_VOXELS))


def extract_surface(volume: Volume) -> trimesh.Trimesh | None:
    """Marching cubes where the field changes sign; None if it does nowhere.

    Source: Lewiner et al. 2003, "Efficient implementation of marching cubes' cases with topological guarantees".
    """
    values = np.pad(volume.values, 1, constant_values=np.float32(-volume.spacing))
    if not (values > 0).any():
        return None
    off = np.float32(_OFF_ZERO * volume.spacing)
    values[np.abs(values) < off] = off
    corners, faces, _, _ = marching_cubes(values, 0.0)
    vertices = volume.origin + volume.spacing * (corners.astype(np.float64) - 1)
    return trimesh.Trimesh(vertices, faces[:, ::-1], process=False, validate=False)


def keep_large_pieces(solid: manifold3d.Manifold) -> tuple[manifold3d.Manifold, int]:
    """The pieces of at least `_SMALLEST_PIECE` of the largest one's volume, and how many they are."""
    pieces = [(piece.volume(), piece) for piece in solid.decompose()]
    largest = max(volume for volume, _ in pieces)
    kept = [piece for volume, piece in pieces if volume >= _SMALLEST_PIECE * largest]
    return manifold3d.Manifold.compose(kept), len(kept)


def simplify(solid: manifold3d.Manifold, spacing: float, max_faces: int) -> manifold3d.Manifold:
    """Fewer faces, moved by a growing fraction of a voxel, until there are few enough."""
    tolerance = _FIRST_TOLERANCE * spacing
    simple = solid.simplify(tolerance)
    while simple.num_tri() > max_faces:
        tolerance *= _TOLERANCE_STEP
        simple = simple.simplify(tolerance)
    return simple
