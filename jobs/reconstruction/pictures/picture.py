"""Untrusted picture files in: RGB bytes, and alpha where there is one."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from jobs.contracts.reconstruction import PictureLimits
from jobs.reconstruction.errors import PictureTooLarge, UnreadableImage
from jobs.reconstruction.parallel import NO_WARNINGS
from jobs.reconstruction.pictures.errors import PictureTooSmall
from jobs.reconstruction.pictures.picture_format import require_honest_name

_DECODER_ERRORS = (
    OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, struct.error, zlib.error
)  # fmt: skip
"""What Pillow's decoders were seen to raise on damaged files."""

_LEAST_PX, _MOST_LOPSIDED = 16, 20


@dataclass(frozen=True)
class Picture:
    """`rgb` (h, w, 3) uint8, upright. `alpha` (h, w) uint8, None if the picture is opaque everywhere."""

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None

    @property
    def width(self) -> int:
        return self.rgb.shape[1]

    @property
    def height(self) -> int:
        return self.rgb.shape[0]


def read_picture(path: Path, limits: PictureLimits) -> Picture:
    """Decode one picture, turned as its EXIF orientation says.

    Raises:
        PictureTooLarge: By file size or by the header, before anything is decoded.
        PictureTooSmall: A thumbnail or a strip.
        MislabelledImage: The content is another format than the extension says.
        UnsupportedPicture: The extension is honest, but of a format that is not read.
        UnreadableImage: Cut off, damaged, or no picture at all.
    """
    size = path.stat().st_size
    if size > limits.max_file_bytes:
        raise PictureTooLarge(path.name, f"{size:,} bytes", f"{limits.max_file_bytes:,} bytes")
    content = require_honest_name(path)
    try:
        formats = ("JPEG", "MPO") if content == "JPEG" else (content,)
        with NO_WARNINGS.held(), Image.open(path, formats=formats) as image:
            _require_size(path.name, image.width, image.height, limits)
            image.load()  # the first frame, or page, of several
            return _to_rgb(path, ImageOps.exif_transpose(image))
    except Image.DecompressionBombError as error:
        raise PictureTooLarge(path.name, str(error), f"{limits.max_pixels:,} pixels") from error
    except UnidentifiedImageError as error:  # its own words name a path of ours
        raise UnreadableImage(path.name, f"it begins like a {content}, but its header makes no sense") from error
    except _DECODER_ERRORS as error:
        raise UnreadableImage(path.name, str(error) or type(error).__name__) from error


def _require_size(name: str, width: int, height: int, limits: PictureLimits) -> None:
    pixels = width * height
    if pixels > limits.max_pixels:
        raise PictureTooLarge(name, f"{pixels:,} pixels", f"{limits.max_pixels:,} pixels")
    if min(width, height) < _LEAST_PX or max(width, height) > _MOST_LOPSIDED * min(width, height):
        raise PictureTooSmall(name, width, height, _LEAST_PX, _MOST_LOPSIDED)


def _to_rgb(path: Path, image: Image.Image) -> Picture:
    if image.mode in ("I;16", "I;16B", "I;16L", "I"):
        return Picture(_from_16_bit(path, np.asarray(image)), None)
    if image.mode == "F":
        raise UnreadableImage(path.name, "it holds floating-point numbers, not colours")
    if image.mode not in ("RGB", "L", "1", "CMYK", "YCbCr", "LAB", "HSV") or "transparency" in image.info:
        rgba = np.asarray(image.convert("RGBA"))
        opaque = bool((rgba[..., 3] == 255).all())
        return Picture(np.ascontiguousarray(rgba[..., :3]), None if opaque else np.ascontiguousarray(rgba[..., 3]))
    return Picture(np.array(image.convert("RGB")), None)


def _from_16_bit(path: Path, grey: NDArray[np.generic]) -> NDArray[np.uint8]:
    values = grey.astype(np.int64)
    if values.min() < 0 or values.max() > 65535:
        raise UnreadableImage(path.name, "its grey values do not fit into 16 bits")
    eight = ((values + 128) // 257).astype(np.uint8)
    return np.ascontiguousarray(np.repeat(eight[..., None], 3, axis=2))
