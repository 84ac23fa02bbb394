"""Where photos were taken from, and points that they have in common: the outcome of structure from motion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.camera import Camera


@dataclass(frozen=True)
class Similarity:
    """x -> scale * R @ (x - centre)."""

    scale: float
    R: NDArray[np.float64]
    centre: NDArray[np.float64]

    def move(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (n, 3)."""
        return self.scale * (points - self.centre) @ self.R.T

    def move_camera(self, camera: Camera) -> Camera:
        """The camera that sees the moved world as this one sees the old."""
        R = camera.R_camera_world @ self.R.T
        t = self.scale * (camera.R_camera_world @ self.centre + camera.t_camera_world)
        return replace(camera, R_camera_world=R, t_camera_world=t)


@dataclass(frozen=True)
class Structure:
    """`cameras` by the index of their photo, of the picture as it was looked at: `sizes_px`; distortion is not taken
    out. `points` (n, 3), in a world of unknown scale. Observation i: photo `photo[i]` saw point `point[i]` at `xy[i]`.
    """

    cameras: Mapping[int, Camera]
    sizes_px: Mapping[int, tuple[int, int]]
    points: NDArray[np.float64]
    photo: NDArray[np.int64]
    point: NDArray[np.int64]
    xy: NDArray[np.float64]
    residual_px: float

    def moved(self, similarity: Similarity) -> Structure:
        cameras = {index: similarity.move_camera(camera) for index, camera in self.cameras.items()}
        return replace(self, cameras=cameras, points=similarity.move(self.points))

    @property
    def positions(self) -> NDArray[np.float64]:
        """Of the cameras, (k, 3)."""
        return np.array([camera.position for camera in self.cameras.values()])

    def meeting_point(self) -> NDArray[np.float64]:
        """The point nearest to all optical axes, by least squares: where people aimed at."""
        normal, right = np.zeros((3, 3)), np.zeros(3)
        for camera in self.cameras.values():
            axis = camera.R_camera_world[2]
            across = np.eye(3) - np.outer(axis, axis)
            normal += across
            right += across @ camera.position
        return np.asarray(np.linalg.lstsq(normal, right, rcond=None)[0], np.float64)
