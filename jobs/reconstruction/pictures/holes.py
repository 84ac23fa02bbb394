"""Background that an object encloses: within a handle, between legs."""

from __future__ import annotations

import cv2
import numpy as np

from jobs.reconstruction.pictures.cues import Cues
from jobs.reconstruction.pictures.morphology import SQUARE, Mask, around, drop_specks

_SMALLEST = 0.001
"""Of the mask's area."""
_ALIKE, _NEARLY = 2.0, 4.0
"""Deviations of the background that the middle of a hole, and each of its pixels, may lie from it."""
_LEAST_ALIKE, _LEAST_NEARLY = 1.2, 2.5
_EDGE_LAB = 8.0
_EDGED = 0.55
_MARGIN_PX = 4
"""Around the mask, so that no filter notices that the photo goes on."""


def open_holes(mask: Mask, cues: Cues) -> Mask:
    """Without what looks like the background itself and ends in an edge all around.

    A white wall's colour on a white object shades off; seen through the object, it ends sharply.
    """
    background, part = cues.background, around(mask, _MARGIN_PX)
    gradient = cues.gradient[part]
    distance = cv2.GaussianBlur(background.distance[part], (0, 0), 0.7)
    like = drop_specks(mask[part] & (distance < max(_NEARLY * background.sigma, _LEAST_NEARLY)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(like.astype(np.uint8))
    whole, smallest = mask.copy(), _SMALLEST * np.count_nonzero(mask)
    opened = whole[part]
    for index in range(1, count):
        x, y, width, height, area = stats[index]
        if area < smallest:
            continue
        window = slice(max(y - 2, 0), y + height + 2), slice(max(x - 2, 0), x + width + 2)
        hole = labels[window] == index
        rim = (cv2.dilate(hole.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~hole
        edges = cv2.dilate(gradient[window], SQUARE)[rim]
        alike = np.median(distance[window][hole]) < max(_ALIKE * background.sigma, _LEAST_ALIKE)
        if alike and np.clip(edges / _EDGE_LAB, 0, 1).mean() > _EDGED:
            opened[window] &= ~hole
    return whole
