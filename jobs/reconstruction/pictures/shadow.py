"""The dark spot where an object touches its table, when it got into the object's mask.

It has the table's hue and a soft edge outwards, while the object begins with a sharp one. A part of the object in the
table's hue, a blade say, has its sharp edge outside.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.pictures.cues import Cues
from jobs.reconstruction.pictures.morphology import SQUARE, Mask, around, drop_specks

_MOST_LAB, _MOST_SHARE = 14.0, 0.4
"""Difference in hue to the background, at most; the second of the mask's median."""
_DARKER = 1.5
"""The difference in all must be so much larger: it is lightness."""
_SOFT_LAB, _SOFTER = 12.0, 1.5
"""The outer edge [CIE Lab per pixel], at most, and how much sharper the one towards the object must be."""
_LEAST_SHARE = 2e-4
"""Of the photo."""
_EDGE = np.ones((5, 5), np.uint8)
_MARGIN_PX = 4
"""Around the mask, so that no filter notices that the photo goes on."""


def peel_shadows(mask: Mask, cues: Cues) -> Mask:
    """The mask without shadows on the table that hang on to its rim."""
    background = cues.background
    if background.dark or not mask.any():
        return mask
    part = around(mask, _MARGIN_PX)
    inside, distance, gradient = mask[part], background.distance[part], cues.gradient[part]
    most = min(_MOST_LAB, _MOST_SHARE * float(np.median(distance[inside])))
    like = drop_specks(inside & (distance < most) & (background.plain[part] > _DARKER * distance))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(like.astype(np.uint8))
    outside = cv2.dilate((~inside).astype(np.uint8), _EDGE) > 0
    steepest = np.asarray(cv2.dilate(gradient, _EDGE), np.float32)
    peeled = mask.copy()
    for label in range(1, count):
        if stats[label, cv2.CC_STAT_AREA] >= _LEAST_SHARE * mask.size:
            spot = labels == label
            if _is_shadow(spot, inside, outside, gradient, steepest):
                peeled[part] &= ~spot
    return drop_specks(peeled) if peeled.any() else mask


def _is_shadow(
    spot: Mask, mask: Mask, outside: Mask, gradient: NDArray[np.float32], steepest: NDArray[np.float32]
) -> bool:
    outer = spot & outside
    rest = mask & (cv2.dilate(spot.astype(np.uint8), SQUARE) == 0)
    inner = spot & (cv2.dilate(rest.astype(np.uint8), _EDGE) > 0)
    if not outer.any() or not inner.any():
        return False
    softness = float(steepest[outer].mean())
    return softness < _SOFT_LAB and float(gradient[inner].mean()) > _SOFTER * softness
