"""A photo whose depths are known: which places it can tell something about."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.carving.hull import Volume
from jobs.reconstruction.stereo.kernel import Plane
from jobs.reconstruction.stereo.photo import Photo
from jobs.reconstruction.stereo.slant import compute_slant

_REACH_VOXELS = 3.0
"""From the centre of a block of four samples each way to its farthest sample, and a little more."""


@dataclass(frozen=True)
class SeeingPhoto:
    """`surface` (h, w, 2): depth [world units], 0 where unknown, and what a distance in depth is worth as a distance
    from the surface. `deepest` (h, w): blocks whose centre lies deeper are hidden, whichever pixels they cover.
    """

    photo: Photo
    surface: Plane
    deepest: Plane

    @classmethod
    def of(cls, photo: Photo, depth: Plane, volume: Volume, band: float) -> SeeingPhoto:
        """Of blocks of a volume's samples; what lies more than `band` behind the surface is hidden."""
        slant, reach = compute_slant(photo, depth), _REACH_VOXELS * volume.spacing
        deepest = np.where(depth > 0, depth + np.float32(band) / slant + np.float32(reach), 0).astype(np.float32)
        side = 2 * _radius_px(photo, volume, reach) + 1
        covered = np.asarray(cv2.dilate(deepest, np.ones((side, side), np.uint8)), np.float32)
        return cls(photo, np.stack([depth, slant], axis=-1), covered)

    def find_seen(self, centres: NDArray[np.float32]) -> NDArray[np.intp]:
        """Which blocks about the centres (n, 3) may not be hidden; a centre outside the picture counts as the pixel
        nearest to it, which its block covers if it covers any."""
        u, v, depth = self.photo.camera.project_single(centres)
        height, width = self.deepest.shape
        column, row = u.clip(0, width - 1).astype(np.intp), v.clip(0, height - 1).astype(np.intp)
        return np.flatnonzero(depth < self.deepest[row, column])


def _radius_px(photo: Photo, volume: Volume, reach: float) -> int:
    """Pixels that `reach` [world units] covers at most, anywhere in the volume."""
    sides = volume.spacing * np.array(volume.values.shape)
    corners = volume.origin + sides * np.stack(np.meshgrid(*[(0, 1)] * 3), axis=-1).reshape(-1, 3)
    nearest, most = float(photo.camera.project(corners)[2].min()), max(photo.mask.shape)
    return most if nearest <= 0 else min(most, int(np.ceil(reach * np.diag(photo.camera.K)[:2].max() / nearest)) + 1)
