"""A pinhole camera with known pose."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Camera:
    """Pixels from world points; OpenCV axes (x right, y down, z forward), pixel centres at .5.

    `K` (3, 3) [px]; `R_camera_world` (3, 3), `t_camera_world` (3,) [world units]. `distortion`: k1, k2, p1, p2, k3 of
    the OpenCV model; zero once the photo is undistorted.
    """

    K: Array
    R_camera_world: Array
    t_camera_world: Array
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)

    @classmethod
    def looking_at_origin(cls, position: Array, focal_px: float, side_px: int) -> Camera:
        """The camera of a square photo, taken at `position` (3,), not straight above or below; the world's Z is up."""
        forward = -position / np.linalg.norm(position)
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        R_camera_world = np.stack([right, np.cross(forward, right), forward])
        K = np.array([[focal_px, 0, side_px / 2], [0, focal_px, side_px / 2], [0, 0, 1]])
        return cls(K, R_camera_world, -R_camera_world @ position)

    @property
    def position(self) -> Array:
        """(3,) in the world."""
        return -self.R_camera_world.T @ self.t_camera_world

    @property
    def focal_px(self) -> float:
        return float((self.K[0, 0] + self.K[1, 1]) / 2)

    def scaled(self, x: float, y: float) -> Camera:
        """The camera of the photo resized by these factors."""
        return replace(self, K=np.diag([x, y, 1.0]) @ self.K)

    def subsampled(self, step: int) -> Camera:
        """The camera whose pixels are every `step`-th pixel of this one, from the first on."""
        towards = np.array([[1 / step, 0, 0.5 - 0.5 / step], [0, 1 / step, 0.5 - 0.5 / step], [0, 0, 1]])
        return replace(self, K=towards @ self.K)

    def project(self, points: NDArray[np.floating]) -> tuple[Array, Array, Array]:
        """Points (n, 3) to u (n,), v (n,) [px] and depth (n,) [world units].

        Written out, not as a matrix product: the result does not depend on how a BLAS splits its work.
        """
        P = self.K @ np.column_stack([self.R_camera_world, self.t_camera_world])
        x, y, z = points[:, 0], points[:, 1], points[:, 2]
        a, b, depth = (row[0] * x + row[1] * y + row[2] * z + row[3] for row in P)
        safe = np.where(np.abs(depth) < 1e-12, 1e-12, depth)
        return a / safe, b / safe, depth

    def project_single(
        self, points: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """As `project` in single precision, in a quarter of the time: exact to a thousandth of a pixel if the world's
        origin is no farther than a hundred times the object's size."""
        if not len(points):
            return np.zeros(0, np.float32), np.zeros(0, np.float32), np.zeros(0, np.float32)
        P = (self.K @ np.column_stack([self.R_camera_world, self.t_camera_world])).astype(np.float32)
        placed = cv2.split(cv2.transform(np.ascontiguousarray(points).reshape(-1, 1, 3), P))
        a, b, depth = (np.asarray(plane, np.float32).reshape(-1) for plane in placed)
        safe = np.where(np.abs(depth) < np.float32(1e-12), np.float32(1e-12), depth)
        return np.divide(a, safe, dtype=np.float32), np.divide(b, safe, dtype=np.float32), depth

    def rays(self, u: NDArray[np.floating], v: NDArray[np.floating]) -> Array:
        """Directions (n, 3) in the world, of depth 1, through pixels."""
        M = self.R_camera_world.T @ np.linalg.inv(self.K)
        rays = np.empty((len(u), 3))
        for axis, row in enumerate(M):
            rays[:, axis] = row[0] * u + row[1] * v + row[2]
        return rays
