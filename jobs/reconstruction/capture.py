"""Photos and their cameras, brought together."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import CarvingSettings, PhotoSource, PictureLimits, UploadedFile
from jobs.reconstruction.camera import Camera
from jobs.reconstruction.camera_row import CameraRow
from jobs.reconstruction.errors import CamerasDoNotMatch, InvalidCameras, NoPhotos, TooFewViews, TooManyPhotos
from jobs.reconstruction.middlebury import read_middlebury
from jobs.reconstruction.nerfstudio import read_nerfstudio
from jobs.reconstruction.picture import Picture, read_picture

_LARGEST_CAMERA_FILE_BYTES = 20_000_000
_FARTHEST_CENTRE = 1.5
"""Of the photo's size, from its middle: a crop may well leave the principal point outside."""
Fetch = Callable[[UploadedFile], Path]


@dataclass(frozen=True)
class Shot:
    """An undistorted photo at working size, and the camera that took it."""

    name: str
    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    camera: Camera


@dataclass(frozen=True)
class CameraFile:
    rows: tuple[CameraRow, ...]
    scale_source: Literal["cameras", "assumed"]
    warnings: tuple[str, ...] = ()


def require_photos(name: str, source: PhotoSource, limits: PictureLimits, carving: CarvingSettings) -> None:
    """Raises: NoPhotos, TooManyPhotos, TooFewViews: By number alone, before any is opened."""
    if not source.photos:
        raise NoPhotos(name)
    if len(source.photos) > limits.max_photos:
        raise TooManyPhotos(name, len(source.photos), limits.max_photos)
    if len(source.photos) < carving.min_views:
        raise TooFewViews(len(source.photos), carving.min_views, ())


def read_cameras(path: Path) -> CameraFile:
    """Read `transforms.json` or `*_par.txt`, whichever it is by its extension.

    Raises:
        InvalidCameras: It is neither, or makes no sense.
        UnknownCameraModel: See there.
    """
    size = path.stat().st_size
    if size > _LARGEST_CAMERA_FILE_BYTES:
        raise InvalidCameras(path.name, [f"it has {size:,} bytes, at most {_LARGEST_CAMERA_FILE_BYTES:,} are read"])
    if path.suffix.lower() == ".txt":
        return CameraFile(read_middlebury(path), "cameras")
    if path.suffix.lower() != ".json":
        raise InvalidCameras(path.name, [f"its extension is '{path.suffix}', not .json or .txt"])
    rows, units = read_nerfstudio(path)
    if units is not None:
        return CameraFile(rows, "cameras")
    return CameraFile(rows, "assumed", (f"'{path.name}' does not say its units; metres are assumed",))


def match_photos(
    cameras: UploadedFile, rows: tuple[CameraRow, ...], photos: tuple[UploadedFile, ...]
) -> tuple[list[tuple[UploadedFile, CameraRow]], list[str]]:
    """The photo that each row means, in order of name, and the names of photos that no row means.

    A row's path is relative to the camera file; one without extension, or from another folder, is matched by its
    last part if only one photo is called so.

    Raises:
        CamerasDoNotMatch: A row means no photo, two rows mean the same one, or there are no rows.
    """
    name = PurePosixPath(cameras.name).name
    if not rows:
        raise CamerasDoNotMatch(name, ["it has no rows"])
    by_path = {photo.name: photo for photo in photos}
    found, problems = [], []
    for row in rows:
        photo = by_path.get(_beside(cameras.name, row.photo)) or _by_last_part(row.photo, photos)
        if photo is None:
            problems.append(f"the row of '{row.photo}' means a photo that is not there")
        else:
            found.append((photo, row))
    counts = Counter(photo.name for photo, _ in found)
    problems += [f"{count} rows mean '{photo}'" for photo, count in counts.items() if count > 1]
    if problems:
        raise CamerasDoNotMatch(name, problems)
    found.sort(key=lambda pair: pair[0].name)
    return found, sorted(set(by_path) - set(counts))


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


def _beside(cameras: str, photo: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(cameras), photo.replace("\\", "/")))


def _by_last_part(written: str, photos: tuple[UploadedFile, ...]) -> UploadedFile | None:
    last = PurePosixPath(written.replace("\\", "/"))
    same = [photo for photo in photos if PurePosixPath(photo.name).name == last.name]
    if not same and not last.suffix:
        same = [photo for photo in photos if PurePosixPath(photo.name).stem == last.name]
    return same[0] if len(same) == 1 else None


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
