"""A ball with a known pattern, photographed from close by: what a plane sweep finds can be checked exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.stereo.kernel import SweepTask
from jobs.reconstruction.stereo.photo import Photo
from tests.reconstruction.turntable import look_at

RADIUS_M, DISTANCE_M = 0.05, 0.3
STEPS = 32


def sweep_task(
    side_px: int = 112, sources: int = 4, crop_px: int = 0, contrast: float = 1.0
) -> tuple[SweepTask, NDArray[np.float64]]:
    """The task for the first of five views 12 degrees apart, and the true depth (h, w), NaN beside the ball.

    `crop_px` is cut off one side of the sources, so that they show only a part of what the reference does. `contrast`
    of the pattern; a faint one is also light.
    """
    azimuths = np.radians([0, 12, -12, 24, -24])[: sources + 1]
    cameras = [look_at(DISTANCE_M * np.array([np.cos(a), np.sin(a), 0.2]), np.zeros(3), side_px) for a in azimuths]
    photos = [_photograph(camera, side_px, contrast) for camera in cameras]
    reference, depth = photos[0]
    near = np.where(np.isnan(depth), DISTANCE_M, depth).astype(np.float32) - np.float32(0.0101)
    task = SweepTask(
        grey=reference.grey,
        mask=reference.mask,
        near=near,
        far=near + np.float32(1),
        step=0.0008,
        steps=STEPS,
        sources=tuple(_crop(photo, crop_px).as_source_of(reference) for photo, _ in photos[1:]),
    )
    return task, depth


def _photograph(camera: Camera, side_px: int, contrast: float) -> tuple[Photo, NDArray[np.float64]]:
    """Each pixel's ray meets the ball at depth z where |position + z * ray| is its radius."""
    v, u = np.mgrid[:side_px, :side_px] + 0.5
    rays = camera.rays(u.reshape(-1), v.reshape(-1))
    a, b = np.einsum("ij,ij->i", rays, rays), rays @ camera.position
    inside = b**2 - a * (camera.position @ camera.position - RADIUS_M**2)
    depth = (-b - np.sqrt(np.where(inside > 0, inside, np.nan))) / a
    pattern = _pattern(camera.position + depth[:, None] * rays)
    grey = np.nan_to_num(1 - contrast / 2 + contrast * (pattern - 0.5), nan=0.9)
    shape = (side_px, side_px)
    photo = Photo(grey.reshape(shape).astype(np.float32), (inside > 0).reshape(shape), camera)
    return photo, depth.reshape(shape)


def _pattern(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Waves in many directions, a few pixels long at 112 px."""
    rng = np.random.default_rng(7)
    waves = rng.normal(size=(40, 3)) * 900
    return 0.5 + 0.3 * np.sin(points @ waves.T + rng.uniform(0, 2 * np.pi, 40)).mean(axis=1) * 3


def _crop(photo: Photo, columns: int) -> Photo:
    return Photo(np.ascontiguousarray(photo.grey[:, : photo.grey.shape[1] - columns]), photo.mask, photo.camera)
