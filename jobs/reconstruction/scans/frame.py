"""One RGB-D frame at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.shot import Shot

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Frame:
    """`depth_m` (h, w) float32 along the optical axis, 0 where nothing was measured. `shot`: the colour picture with
    its camera, of any size. Both cameras stand in the same place.
    """

    name: str
    depth_m: NDArray[np.float32]
    camera: Camera
    shot: Shot

    def points(self, step: int = 1) -> Array:
        """Measured points (n, 3) [m] in the world, of every `step`-th row and column."""
        rows, columns = np.nonzero(self.depth_m[::step, ::step])
        rows, columns = rows * step, columns * step
        rays = self.camera.rays(columns.astype(np.float64) + 0.5, rows.astype(np.float64) + 0.5)
        return self.camera.position + rays * self.depth_m[rows, columns, None].astype(np.float64)

    def depth_at(self, points: NDArray[np.floating]) -> tuple[Array, NDArray[np.float32]]:
        """How deep points (n, 3) lie, and what was measured on the same pixel, (n,) each [m]; 0 where nothing was."""
        u, v, depth = self.camera.project(points)
        height, width = self.depth_m.shape
        inside = (depth > 0) & (u >= 0) & (v >= 0) & (u < width) & (v < height)
        measured = np.zeros(len(points), np.float32)
        measured[inside] = self.depth_m[v[inside].astype(np.int64), u[inside].astype(np.int64)]
        return depth, measured

    def moved(self, T_new_old: Array) -> Frame:
        """The same frame in a world that is called otherwise."""
        return replace(
            self,
            camera=move_camera(self.camera, T_new_old),
            shot=replace(self.shot, camera=move_camera(self.shot.camera, T_new_old)),
        )


def move_camera(camera: Camera, T_new_old: Array) -> Camera:
    """The camera in a world whose coordinates are `T_new_old` (4, 4) of the old ones."""
    R_camera_new = camera.R_camera_world @ T_new_old[:3, :3].T
    t_camera_new = camera.t_camera_world - R_camera_new @ T_new_old[:3, 3]
    return replace(camera, R_camera_world=R_camera_new, t_camera_world=t_camera_new)


def move_points(points: Array, T_new_old: Array) -> Array:
    """Points (n, 3) in other coordinates; written out, so that the result does not depend on a BLAS."""
    x, y, z = points[:, 0], points[:, 1], points[:, 2]
    return np.column_stack([row[0] * x + row[1] * y + row[2] * z + row[3] for row in T_new_old[:3]])
