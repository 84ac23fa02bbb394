"""Colours out of a texture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def look_up(picture: Image.Image, uv: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The texel (n, 4) at each (u, v) (n, 2); v points up, textures repeat."""
    uv = np.nan_to_num(uv, posinf=0.0, neginf=0.0)
    texels = np.asarray(picture.convert("RGBA"))
    height, width = texels.shape[:2]
    column = np.floor(np.mod(uv[:, 0], 1.0) * width).astype(np.int64).clip(0, width - 1)
    row = np.floor(np.mod(1.0 - uv[:, 1], 1.0) * height).astype(np.int64).clip(0, height - 1)
    return texels[row, column]
