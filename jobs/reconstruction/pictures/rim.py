"""The outermost pixels of a mask: object, background, or what a lens mixed of both."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from jobs.reconstruction.pictures.background import Plane, length
from jobs.reconstruction.pictures.morphology import SQUARE, Mask, around

_REACH = 0.015
"""Of the shorter side: how far away the background beside a pixel is looked at."""
_MIXED = 0.5


def trim_rim(mask: Mask, lab: Callable[[tuple[slice, slice]], Plane], rounds: int) -> Mask:
    """Take off pixels of the outline, `rounds` times one, that are nearer in colour to the background beside them than
    to what differs most from it within two pixels. `lab`: gives the colours (h, w, 3) of a part of the photo."""
    if not mask.any():
        return mask
    reach = max(3, round(_REACH * min(mask.shape)))
    window = around(mask, reach + 2)
    trimmed, part, colours = mask.copy(), mask[window], np.ascontiguousarray(lab(window))
    for _ in range(rounds):
        dropped = _find_mixed(part, colours, reach)
        if not dropped.any():
            break
        part = part & ~dropped
    trimmed[window] = part
    return trimmed


def _find_mixed(mask: Mask, lab: Plane, reach: int) -> Mask:
    small, size = mask.astype(np.uint8), (2 * reach + 1, 2 * reach + 1)
    beside = np.asarray(1 - cv2.dilate(small, SQUARE), np.float32)
    weight = np.asarray(cv2.blur(beside, size), np.float32)
    known = mask & (weight > 0.5 / (size[0] * size[1]))
    colour = cv2.blur(cv2.multiply(lab, cv2.merge([beside] * 3)), size)
    share = np.maximum(weight, np.float32(1e-6))
    distance = length(cv2.subtract(lab, cv2.divide(colour, cv2.merge([share] * 3)))) * known
    rim = known & (cv2.erode(small, SQUARE, borderValue=1) == 0)
    return rim & (distance < _MIXED * cv2.dilate(distance, np.ones((5, 5), np.uint8)))
