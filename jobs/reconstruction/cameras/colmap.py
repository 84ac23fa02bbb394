"""COLMAP's `cameras` and `images`, as text or binary: intrinsics and world-to-camera poses.

Source: colmap.github.io/format.html. Pixel centres lie at .5 there, as here; the world's scale is unknown. What the
files say about their own length is checked against it, never trusted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from jobs.reconstruction.cameras.camera_row import CameraRow
from jobs.reconstruction.cameras.colmap_bytes import Reader
from jobs.reconstruction.errors import InvalidCameras, UnknownCameraModel

MODELS = {"SIMPLE_PINHOLE": 3, "PINHOLE": 4, "SIMPLE_RADIAL": 4, "RADIAL": 5, "OPENCV": 8}
"""Those that a photo can be undistorted from here, and how many parameters each has."""
_BINARY_MODELS = (
    *("SIMPLE_PINHOLE", "PINHOLE", "SIMPLE_RADIAL", "RADIAL", "OPENCV", "OPENCV_FISHEYE", "FULL_OPENCV", "FOV"),
    *("SIMPLE_RADIAL_FISHEYE", "RADIAL_FISHEYE", "THIN_PRISM_FISHEYE", "RAD_TAN_THIN_PRISM_FISHEYE"),
)
"""In the order of their numbers in binary files."""
_UNIT_TOLERANCE = 1e-2
_LONGEST_NAME = 1024
_LARGEST_SIDE_PX = 1_000_000
_POINT_BYTES = 24
_MOST_WORDS = 32
Item = TypeVar("Item")


@dataclass(frozen=True)
class _Lens:
    model: str
    width: int
    height: int
    numbers: tuple[float, ...]


@dataclass(frozen=True)
class _Image:
    """`quaternion` wxyz and `translation`: world to camera."""

    quaternion: tuple[float, ...]
    translation: tuple[float, ...]
    camera: int
    name: str


def read_colmap(cameras: Path, images: Path) -> tuple[CameraRow, ...]:
    """Rows in the order of `images`.

    Raises:
        InvalidCameras: With every problem found.
        UnknownCameraModel: A fisheye, say.
    """
    binary = cameras.suffix.lower() == ".bin"
    lenses = _collect(cameras, _cameras_from_bytes if binary else _cameras_from_text)
    by_id = dict(lenses)
    problems = (
        [f"{len(lenses) - len(by_id)} cameras have the number of another one"] if len(by_id) < len(lenses) else []
    )
    problems += [f"camera {number}: {problem}" for number, lens in lenses if (problem := _lens_problem(lens))]
    if problems:
        raise InvalidCameras(cameras.name, problems)
    found = _collect(images, _images_from_bytes if binary else _images_from_text)
    problems = [f"'{image.name}': {problem}" for image in found if (problem := _image_problem(image, by_id))]
    if problems:
        raise InvalidCameras(images.name, problems)
    return tuple(_row(image, by_id[image.camera]) for image in found)


def _collect(path: Path, read: Callable[[Path], list[Item]]) -> list[Item]:
    """Raises: InvalidCameras: The file is cut off, or is no such file."""
    try:
        return read(path)
    except ValueError as error:
        raise InvalidCameras(path.name, [str(error)]) from error


def _cameras_from_text(path: Path) -> list[tuple[int, _Lens]]:
    lenses = []
    for number, line in _lines(path):
        words = line.split(maxsplit=_MOST_WORDS)
        if not words:
            continue
        if len(words) < 5:
            raise ValueError(f"line {number} is no camera: number, model, width, height and parameters")
        model = _known(path, words[1], len(words) - 4)
        numbers = tuple(float(word) for word in words[4:])
        lenses.append((int(words[0]), _Lens(model, int(words[2]), int(words[3]), numbers)))
    return lenses


def _images_from_text(path: Path) -> list[_Image]:
    """Each image has two lines; the second, of its points, may be empty and is not looked at."""
    images: list[_Image] = []
    points_follow = False
    for number, line in _lines(path):
        if points_follow or not line.strip():
            points_follow = False
            continue
        words = line.split(maxsplit=9)
        if len(words) < 10 or len(words[9]) > _LONGEST_NAME:
            raise ValueError(f"line {number} is no image: number, quaternion, translation, camera and name")
        pose = tuple(float(word) for word in words[1:8])
        images.append(_Image(pose[:4], pose[4:], int(words[8]), words[9].strip()))
        points_follow = True
    return images


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """With their numbers; comments are left out."""
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from ((number, line) for number, line in enumerate(file, start=1) if not line.startswith("#"))


def _cameras_from_bytes(path: Path) -> list[tuple[int, _Lens]]:
    reader = Reader(path.read_bytes())
    lenses = []
    for _ in range(reader.count("cameras", least_bytes=24)):
        number, kind, width, height = reader.unpack("<iiQQ")
        model = _BINARY_MODELS[kind] if 0 <= kind < len(_BINARY_MODELS) else f"number {kind}"
        _known(path, model, MODELS.get(model, 0))
        lenses.append((number, _Lens(model, width, height, reader.unpack(f"<{MODELS[model]}d"))))
    reader.require_end()
    return lenses


def _images_from_bytes(path: Path) -> list[_Image]:
    reader = Reader(path.read_bytes())
    images = []
    for _ in range(reader.count("images", least_bytes=4 + 56 + 4 + 1 + 8)):
        reader.unpack("<i")
        pose = reader.unpack("<7d")
        (camera,) = reader.unpack("<i")
        name = reader.text(_LONGEST_NAME)
        reader.skip(_POINT_BYTES * reader.count(f"points of '{name}'", _POINT_BYTES))
        images.append(_Image(pose[:4], pose[4:], camera, name))
    reader.require_end()
    return images


def _known(path: Path, model: str, numbers: int) -> str:
    """Raises: UnknownCameraModel; ValueError: It has another number of parameters."""
    if model not in MODELS:
        raise UnknownCameraModel(path.name, model, MODELS)
    if numbers != MODELS[model]:
        raise ValueError(f"a camera of model {model} has {numbers} parameters instead of {MODELS[model]}")
    return model


def _lens_problem(lens: _Lens) -> str:
    if not all(math.isfinite(number) for number in lens.numbers):
        return "it holds NaN or infinity"
    if not (0 < lens.width <= _LARGEST_SIDE_PX and 0 < lens.height <= _LARGEST_SIDE_PX):
        return f"{lens.width} x {lens.height} px is no size of a photo"
    return "" if min(lens.numbers[: _focals(lens.model)]) > 0 else "its focal length is not positive"


def _image_problem(image: _Image, lenses: dict[int, _Lens]) -> str:
    if not all(math.isfinite(number) for number in (*image.quaternion, *image.translation)):
        return "its pose holds NaN or infinity"
    if abs(math.hypot(*image.quaternion) - 1) > _UNIT_TOLERANCE:
        return "its quaternion is not of length 1"
    return "" if image.camera in lenses else f"there is no camera {image.camera}"


def _row(image: _Image, lens: _Lens) -> CameraRow:
    focals = _focals(lens.model)
    fx, fy = (*lens.numbers[:focals], lens.numbers[0])[:2]
    cx, cy, *distortion = lens.numbers[focals:]
    k1, k2, p1, p2 = (*distortion, 0.0, 0.0, 0.0, 0.0)[:4]
    return CameraRow(
        photo=image.name,
        K=np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]], np.float64),
        R_camera_world=_rotation(image.quaternion),
        t_camera_world=np.array(image.translation),
        distortion=(k1, k2, p1, p2, 0.0),
        size_px=(lens.width, lens.height),
    )


def _focals(model: str) -> int:
    return 2 if model in ("PINHOLE", "OPENCV") else 1


def _rotation(quaternion: Sequence[float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    w, x, y, z = np.asarray(quaternion) / math.hypot(*quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
