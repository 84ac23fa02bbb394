"""A camera at rest before a turning object, and how well silhouettes agree with where it is thought to be.

World: the axis of turning is z, upwards; the origin lies on it, one unit before the camera.
Source of the measure: Hernandez, Schmitt and Cipolla 2007, "Silhouette coherence for camera calibration under circular
motion": every ray through an outline must touch what all silhouettes have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.measure import find_contours

from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.pictures.morphology import measure_distance

Array = NDArray[np.float64]

_OUTLINE_POINTS = 32
_DEPTHS, _LOOKS = 24, 2
"""Along each ray, and how often: the second time around the best of the first."""
_LEAST_DEPTH = 0.1
_FARTHEST_PX = 24.0
"""What is farther out counts no more: a wrong start must not be all that is seen."""


@dataclass(frozen=True)
class Setup:
    """`focal_px`; `elevation_deg` of the camera above the horizon; `roll_deg` of the axis in the picture; `axis_px`:
    column where the axis crosses the picture's row `row_px`."""

    focal_px: float
    elevation_deg: float
    roll_deg: float
    axis_px: float
    row_px: float

    def camera(self, turned_deg: float, size_px: tuple[int, int]) -> Camera:
        """Of the photo in which the object has turned by so much, counter-clockwise seen from above."""
        K = np.array([[self.focal_px, 0, size_px[0] / 2], [0, self.focal_px, size_px[1] / 2], [0, 0, 1]])
        towards = np.linalg.inv(K) @ [self.axis_px, self.row_px, 1.0]
        towards /= np.linalg.norm(towards)
        elevation, roll, turned = np.radians([self.elevation_deg, self.roll_deg, turned_deg])
        level = np.array(
            [[0, 1, 0], [np.sin(elevation), 0, -np.cos(elevation)], [-np.cos(elevation), 0, -np.sin(elevation)]]
        )
        spin = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
        turn = np.array([[np.cos(turned), -np.sin(turned), 0], [np.sin(turned), np.cos(turned), 0], [0, 0, 1]])
        return Camera(K, _rotation_to(towards) @ spin @ level @ turn, towards)

    def scaled(self, factor: float) -> Setup:
        """Of the photos resized by `factor`."""
        return Setup(
            self.focal_px * factor, self.elevation_deg, self.roll_deg, self.axis_px * factor, self.row_px * factor
        )


@dataclass(frozen=True)
class Outline:
    """`turned_deg`: how far the object had turned. `pixels` (n, 2) on the outline; `distance_px` (h, w) to it, positive
    inside."""

    turned_deg: float
    pixels: Array
    distance_px: NDArray[np.float32]

    @classmethod
    def of(cls, mask: NDArray[np.bool_], turned_deg: float) -> Outline:
        pixels = mask.astype(np.uint8)
        inside, outside = measure_distance(pixels), measure_distance(1 - pixels)
        distance = np.where(mask, inside - 0.5, 0.5 - outside).astype(np.float32)
        longest = max(find_contours(distance, 0.0), key=len)[:, ::-1]
        chosen = np.linspace(0, len(longest), _OUTLINE_POINTS, endpoint=False).astype(int)
        return cls(turned_deg, longest[chosen].astype(np.float64) + 0.5, distance)


def measure_incoherence(setup: Setup, outlines: Sequence[Outline], size_px: tuple[int, int]) -> float:
    """Mean distance [px] by which rays through outlines miss what the other silhouettes have in common."""
    cameras = [setup.camera(outline.turned_deg, size_px) for outline in outlines]
    rays = [
        camera.rays(outline.pixels[:, 0], outline.pixels[:, 1])
        for camera, outline in zip(cameras, outlines, strict=True)
    ]
    origins = np.repeat([camera.position for camera in cameras], [len(part) for part in rays], axis=0)
    reach = 1.2 * max(float(np.ptp(outline.pixels, axis=0).max()) for outline in outlines) / setup.focal_px
    directions, middle = np.concatenate(rays), np.ones(len(origins))
    nearest = np.full(len(origins), -np.inf)
    for _ in range(_LOOKS):
        depths = np.maximum(middle[:, None] + reach * np.linspace(-1, 1, _DEPTHS), _LEAST_DEPTH)
        points = origins[:, None] + depths[..., None] * directions[:, None]
        common = _common(points.reshape(-1, 3), cameras, outlines).reshape(-1, _DEPTHS)
        best = common.argmax(axis=1)
        nearest = np.maximum(nearest, common.max(axis=1))
        middle, reach = np.take_along_axis(depths, best[:, None], axis=1)[:, 0], 2 * reach / (_DEPTHS - 1)
    return float(np.clip(-nearest, 0, _FARTHEST_PX).mean())


def _common(points: Array, cameras: Sequence[Camera], outlines: Sequence[Outline]) -> NDArray[np.float32]:
    """How deep points (n, 3) lie inside the silhouette that they are least inside of [px]."""
    least = np.full(len(points), np.inf, np.float32)
    for camera, outline in zip(cameras, outlines, strict=True):
        u, v, _ = camera.project(points)
        np.minimum(least, _sample(outline.distance_px, u, v), out=least)
    return least


def _sample(distance: NDArray[np.float32], u: Array, v: Array) -> NDArray[np.float32]:
    """Bilinear; beyond the frame it goes on falling."""
    height, width = distance.shape
    shape = (-1, _DEPTHS)
    x, y = (u - 0.5).astype(np.float32).reshape(shape), (v - 0.5).astype(np.float32).reshape(shape)
    near_x, near_y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    inside = cv2.remap(distance, near_x, near_y, cv2.INTER_LINEAR)
    return (inside - np.hypot(x - near_x, y - near_y)).reshape(-1)


def _rotation_to(direction: Array) -> Array:
    """The smallest rotation that takes z to `direction`, a unit vector before the camera."""
    x, y, z = direction
    return np.eye(3) + np.array([[-x * x, -x * y, x * (1 + z)], [-x * y, -y * y, y * (1 + z)],
                                 [-x * (1 + z), -y * (1 + z), -x * x - y * y]]) / (1 + z)  # fmt: skip
