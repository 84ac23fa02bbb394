"""Untrusted depth files in: PNG of 16 bits, or NPY. Nothing is unpickled; sizes are known before decoding."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jobs.contracts.reconstruction import PictureLimits
from jobs.reconstruction.errors import PictureTooLarge
from jobs.reconstruction.parallel import NO_WARNINGS
from jobs.reconstruction.scans.errors import UnreadableDepth

_ERRORS = (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, struct.error, zlib.error)
"""What Pillow and numpy were seen to raise on damaged files."""
_SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I")
_INVALID = 65535
"""What 7-Scenes writes where nothing was measured; zero is what all write."""


def read_depth(path: Path, limits: PictureLimits, step_m: float, float_m: float) -> NDArray[np.float32]:
    """Depth (h, w) [m], 0 where nothing was measured.

    Raises:
        PictureTooLarge: By file size or by the header, before anything is decoded.
        UnreadableDepth: It is no depth picture, or damaged.
    """
    size = path.stat().st_size
    if size > limits.max_file_bytes:
        raise PictureTooLarge(path.name, f"{size:,} bytes", f"{limits.max_file_bytes:,} bytes")
    try:
        values = _read_npy(path, limits) if path.suffix.lower() == ".npy" else _read_png(path, limits)
    except Image.DecompressionBombError as error:
        raise PictureTooLarge(path.name, str(error), f"{limits.max_pixels:,} pixels") from error
    except _ERRORS as error:
        raise UnreadableDepth(path.name, str(error) or type(error).__name__) from error
    if values.dtype.kind == "f":
        depth = values.astype(np.float32) * np.float32(float_m)
        depth[~np.isfinite(depth) | (depth < 0)] = 0
        return depth
    depth = values.astype(np.float32) * np.float32(step_m)
    depth[(values <= 0) | (values == _INVALID)] = 0
    return depth


def _read_png(path: Path, limits: PictureLimits) -> NDArray[np.int64]:
    with NO_WARNINGS.held(), Image.open(path, formats=("PNG",)) as image:
        _require_pixels(path, image.width * image.height, limits)
        if image.mode not in _SIXTEEN_BITS:
            raise ValueError(f"it is a PNG of mode {image.mode}, which holds no depth of 16 bits")
        image.load()
        return np.asarray(image).astype(np.int64)


def _read_npy(path: Path, limits: PictureLimits) -> NDArray[np.float64] | NDArray[np.int64]:
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read_header(file)
        if len(shape) != 2 or dtype.kind not in "fiu" or dtype.hasobject:
            raise ValueError(f"it is an array of shape {shape} and type {dtype}")
        _require_pixels(path, shape[0] * shape[1], limits)
        file.seek(0)
        values = np.lib.format.read_array(file, allow_pickle=False)
        return values.astype(np.float64) if dtype.kind == "f" else values.astype(np.int64)


def _require_pixels(path: Path, pixels: int, limits: PictureLimits) -> None:
    if pixels > limits.max_pixels:
        raise PictureTooLarge(path.name, f"{pixels:,} pixels", f"{limits.max_pixels:,} pixels")
