"""An undistorted photo at working size, and the camera that took it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import PictureLimits
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.camera_row import CameraRow
from jobs.reconstruction.errors import CamerasDoNotMatch
from jobs.reconstruction.pictures.hint import BACKGROUND as BACKGROUND
from jobs.reconstruction.pictures.hint import OBJECT as OBJECT
from jobs.reconstruction.pictures.hint import UNSURE as UNSURE
from jobs.reconstruction.pictures.picture import Picture, read_picture

_FARTHEST_CENTRE = 1.5
"""Of the photo's size, from its middle: a crop may well leave the principal point outside."""


@dataclass(frozen=True)
class Shot:
    """`rgb` (h, w, 3) sRGB, `alpha` (h, w) or None.

    `hint` (h, w): what the poses' source knows about the silhouette, per pixel BACKGROUND, UNSURE or OBJECT; None if
    it knows nothing.
    """

    name: str
    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    camera: Camera
    hint: NDArray[np.uint8] | None = None


def load_shot(path: Path, name: str, row: CameraRow, cameras: str, limits: PictureLimits, max_side_px: int) -> Shot:
    """Read one photo, undistort it and scale it down to working size.

    Raises:
        PictureTooLarge, MislabelledImage, UnreadableImage: See `read_picture`.
        CamerasDoNotMatch: The row was made for another size.
    """
    picture = read_picture(path, limits)
    if row.size_px is not None and row.size_px != (picture.width, picture.height):
        width, height = row.size_px
        seen = f"'{name}' is {picture.width} x {picture.height} px, its row says {width} x {height}"
        raise CamerasDoNotMatch(cameras, [seen])
    camera = Camera(_intrinsics(row, picture), row.R_camera_world, row.t_camera_world, row.distortion)
    offset = np.abs(camera.K[:2, 2] / (picture.width, picture.height) - 0.5)
    if (offset > _FARTHEST_CENTRE).any():
        seen = f"the principal point of '{name}' lies far outside its {picture.width} x {picture.height} px"
        raise CamerasDoNotMatch(cameras, [seen])
    return _scale_down(_undistort(Shot(name, picture.rgb, picture.alpha, camera)), max_side_px)


def _intrinsics(row: CameraRow, picture: Picture) -> NDArray[np.float64]:
    """K of the row; what it leaves open follows from the picture: centre, and focal length from the angle."""
    if row.K is None:
        assert row.angle_x_rad is not None  # the reader demands one of both
        focal = picture.width / 2 / np.tan(row.angle_x_rad / 2)
        return np.array([[focal, 0, picture.width / 2], [0, focal, picture.height / 2], [0, 0, 1]])
    K = row.K.copy()
    K[0, 2] = picture.width / 2 if np.isnan(K[0, 2]) else K[0, 2]
    K[1, 2] = picture.height / 2 if np.isnan(K[1, 2]) else K[1, 2]
    return K


def _undistort(shot: Shot) -> Shot:
    """Resample so that straight lines are straight; what lies beyond the photo continues its border."""
    if not any(shot.camera.distortion):
        return shot
    height, width = shot.rgb.shape[:2]
    K = shot.camera.K.copy()
    K[:2, 2] -= 0.5  # OpenCV's pixel centres are whole numbers
    x, y = cv2.initUndistortRectifyMap(K, np.array(shot.camera.distortion), None, K, (width, height), cv2.CV_32FC1)

    def straighten(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.asarray(cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)

    alpha = None if shot.alpha is None else straighten(shot.alpha)
    camera = replace(shot.camera, distortion=(0.0, 0.0, 0.0, 0.0, 0.0))
    return replace(shot, rgb=straighten(shot.rgb), alpha=alpha, camera=camera)


def _scale_down(shot: Shot, max_side_px: int) -> Shot:
    height, width = shot.rgb.shape[:2]
    factor = max_side_px / max(height, width)
    if factor >= 1:
        return shot
    size = (max(1, round(width * factor)), max(1, round(height * factor)))

    def shrink(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8)

    alpha = None if shot.alpha is None else shrink(shot.alpha)
    return Shot(shot.name, shrink(shot.rgb), alpha, shot.camera.scaled(size[0] / width, size[1] / height))
