"""A photo as carving sees it: where the object is, how far from its outline each pixel lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.pictures.morphology import around
from jobs.reconstruction.pictures.silhouette import Silhouette

UNKNOWN = np.float32(1e9)
_REMAP_ROW = 4096


@dataclass(frozen=True)
class View:
    """`distance_px` (h, w) float32: to the outline, positive inside the object. `certain_px`: the same to the outline
    of all that is not clearly background; None where that is no other outline.

    `is_cut`: the object reaches the frame, so outside the frame is unknown; otherwise outside is background.
    `is_trusted`: it may carve alone where its outline is certain.
    """

    name: str
    shot: Shot
    mask: NDArray[np.bool_]
    is_cut: bool
    distance_px: NDArray[np.float32]
    certain_px: NDArray[np.float32] | None
    is_trusted: bool = True

    @property
    def camera(self) -> Camera:
        return self.shot.camera

    @classmethod
    def of(cls, shot: Shot, silhouette: Silhouette) -> Self:
        certain = None
        if silhouette.doubtful.any():
            certain = _signed_distance(silhouette.mask | silhouette.doubtful)
        distance = _signed_distance(silhouette.mask)
        return cls(shot.name, shot, silhouette.mask, silhouette.is_cut, distance, certain)

    def clearance(self, points: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Distance of points (n, 3) to this view's cone, and to its certain cone, (n,) each [world units].

        Positive inside; huge where the view knows nothing.
        """
        u, v, depth = self.camera.project_single(points)
        height, width = self.mask.shape
        x, y = u - np.float32(0.5), v - np.float32(0.5)
        near_x, near_y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
        beyond = np.hypot(x - near_x, y - near_y)
        unknown = depth <= 0
        if self.is_cut:
            unknown |= beyond > 0.5
        size = depth / np.float32(self.camera.focal_px)

        def place(plane: NDArray[np.float32]) -> NDArray[np.float32]:
            value = np.asarray((_sample(plane, near_x, near_y) - beyond) * size, np.float32)
            value[unknown] = UNKNOWN
            return value

        distance = place(self.distance_px)
        if not self.is_trusted:
            return distance, np.full_like(distance, UNKNOWN)
        return distance, distance if self.certain_px is None else place(self.certain_px)


def _signed_distance(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Euclidean, to the line halfway between the last pixel inside and the first outside.

    The frame is no outline: an object that reaches it may go on there.
    """
    pixels = mask.astype(np.uint8)
    distance = 0.5 - np.asarray(cv2.distanceTransform(1 - pixels, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)
    if mask.any():
        window = around(mask, 1)
        part = np.pad(pixels[window], 1, mode="edge")
        inside = cv2.distanceTransform(part, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
        distance[window] = np.where(pixels[window] > 0, inside - 0.5, distance[window])
    return distance


def _sample(plane: NDArray[np.float32], x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bilinear values at (x, y); OpenCV wants its coordinates as pictures of limited width."""
    count = len(x)
    padding = -count % _REMAP_ROW
    grid = [np.pad(part, (0, padding)).reshape(-1, _REMAP_ROW) for part in (x, y)]
    blocks = [
        cv2.remap(plane, grid[0][row : row + _REMAP_ROW], grid[1][row : row + _REMAP_ROW], cv2.INTER_LINEAR)
        for row in range(0, len(grid[0]), _REMAP_ROW)
    ]
    return np.asarray(np.concatenate(blocks).reshape(-1)[:count], np.float32)
