"""Values of a picture at places anywhere in it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_ROW = 512


def sample_between(picture: NDArray[Any], u: NDArray[np.float32], v: NDArray[np.float32]) -> NDArray[Any]:
    """Bilinear values (n,) or (n, k) of a picture (h, w) or (h, w, k) at places (n,) [px, pixel centres at .5];
    outside, those of its border."""
    return _sample(picture, u, v, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE)


def sample_nearest(picture: NDArray[Any], u: NDArray[np.float32], v: NDArray[np.float32]) -> NDArray[Any]:
    """Values (n,) or (n, k) of the pixels that places (n,) lie in; 0 outside the picture."""
    return _sample(picture, u, v, cv2.INTER_NEAREST, cv2.BORDER_CONSTANT)


def _sample(
    picture: NDArray[Any], u: NDArray[np.float32], v: NDArray[np.float32], how: int, border: int
) -> NDArray[Any]:
    """OpenCV wants the places as two pictures, and pixel centres at whole numbers."""
    count = len(u)
    if not count:
        return np.zeros((0, *picture.shape[2:]), picture.dtype)
    places = np.zeros((2, -(-count // _ROW), _ROW), np.float32)
    for place, pixel in zip(places, (u, v), strict=True):
        np.subtract(pixel, np.float32(0.5), out=place.reshape(-1)[:count])
    values = np.asarray(cv2.remap(picture, places[0], places[1], how, borderMode=border))
    return values.reshape(-1, *picture.shape[2:])[:count]
