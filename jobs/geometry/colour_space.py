"""sRGB bytes and linear light. IEC 61966-2-1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def srgb_from_linear(linear: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Linear (n, 3) of 0 to 1 to sRGB and full alpha (n, 4)."""
    light = np.nan_to_num(linear[:, :3], nan=0.0).clip(0, 1)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.power(light, 1 / 2.4) - 0.055)
    return np.column_stack([np.rint(255 * coded), np.full(len(coded), 255)]).astype(np.uint8)


def linear_from_srgb(colours: NDArray[np.uint8]) -> NDArray[np.float64]:
    """sRGB (n, 3 or 4) to linear (n, 3) of 0 to 1; there and back is exact."""
    coded = colours[:, :3].astype(np.float64) / 255
    return np.where(coded <= 0.04045, coded / 12.92, np.power((coded + 0.055) / 1.055, 2.4))
