"""The camera's focal length and centre, from the files in which scanners write them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import UploadedFile
from jobs.reconstruction.scans.errors import UnreadableScanFile
from jobs.reconstruction.scans.recording import Fetch, read_numbers, read_text

Array = NDArray[np.float64]
_TEXT = ("camera-intrinsics.txt", "camera_intrinsics.txt", "intrinsics.txt", "intrinsic.txt")
_JSON = ("camera_intrinsic.json", "camera_intrinsics.json", "intrinsic.json", "intrinsics.json")


def find_intrinsics(files: Mapping[str, UploadedFile], fetch: Fetch) -> tuple[Array, tuple[int, int] | None] | None:
    """K (3, 3) with pixel centres at .5, and the size in pixels that it is for, if it says so; None without a file.

    Raises:
        UnreadableScanFile: It is no camera matrix.
    """
    for path, file in sorted(files.items()):
        name = PurePosixPath(path).name
        if name in _TEXT:
            return require_camera(file.name, _from_rows(read_numbers(file, fetch))), None
        if name in _JSON:
            return _from_json(file, fetch)
    return None


def require_camera(file: str, K: Array) -> Array:
    """Raises: UnreadableScanFile: It is no pinhole camera's."""
    if K.shape != (3, 3) or not np.isfinite(K).all():
        raise UnreadableScanFile(file, ["expected the 3 x 3 camera matrix, or 'fx fy cx cy'"])
    if min(K[0, 0], K[1, 1]) <= 0 or not np.allclose(K[[0, 1, 2, 2], [1, 0, 0, 1]], 0, atol=1e-3 * K[0, 0]):
        raise UnreadableScanFile(file, ["it is no camera matrix: fx 0 cx / 0 fy cy / 0 0 1 in pixels is expected"])
    if not np.isclose(K[2, 2], 1) or not 0.5 < K[0, 0] / K[1, 1] < 2:
        raise UnreadableScanFile(file, ["fx and fy differ widely, or the last number is not 1"])
    centred = np.array(K, np.float64)
    centred[:2, 2] += 0.5  # the files count from the middle of the first pixel
    return centred


def _from_rows(rows: list[list[float]]) -> Array:
    if len(rows) == 1 and len(rows[0]) >= 4:
        fx, fy, cx, cy = rows[0][:4]
        return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])
    if len(rows) in (3, 4) and all(len(row) == len(rows) for row in rows):
        return np.array([row[:3] for row in rows[:3]])
    return np.zeros((0, 0))


def _from_json(file: UploadedFile, fetch: Fetch) -> tuple[Array, tuple[int, int] | None]:
    """Open3D's: `width`, `height` and `intrinsic_matrix`, nine numbers column by column."""
    try:
        document = json.loads(read_text(file, fetch))
        K = np.array(document["intrinsic_matrix"], np.float64).reshape(3, 3).T
        size_px = (int(document["width"]), int(document["height"]))
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        expected = "expected Open3D's JSON with width, height and intrinsic_matrix"
        raise UnreadableScanFile(file.name, [f"{expected} ({type(error).__name__}: {error})"]) from error
    if min(size_px) < 1:
        raise UnreadableScanFile(file.name, [f"a size of {size_px[0]} x {size_px[1]} px"])
    return require_camera(file.name, K), size_px
