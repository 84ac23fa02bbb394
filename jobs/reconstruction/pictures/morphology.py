"""Shapes of masks: what touches what, what is small, what is enclosed."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

SQUARE = np.ones((3, 3), np.uint8)
_SMALLEST_PART = 0.02
"""Pieces smaller than this share of the largest are dust, reflections or noise."""


def disc(radius: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8)


def share_px(mask: NDArray[np.generic], share: float) -> int:
    """A share of the shorter side [px], at least one."""
    return max(1, round(share * min(mask.shape[:2])))


def grow(mask: Mask, radius: int) -> Mask:
    window, grown = around(mask, radius), np.zeros(mask.shape, np.bool_)
    grown[window] = cv2.dilate(mask[window].astype(np.uint8), disc(radius)) > 0
    return grown


def shrink(mask: Mask, radius: int) -> Mask:
    """The frame does not shrink it."""
    return cv2.erode(mask.astype(np.uint8), disc(radius), borderValue=1) > 0


def inset(mask: Mask, side: int) -> Mask:
    """The pixels about which a square of this side lies in the mask; the frame is no rim."""
    window, inner = around(mask, 1), np.zeros(mask.shape, np.bool_)
    inner[window] = cv2.erode(mask[window].astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    return inner


def drop_specks(mask: Mask) -> Mask:
    """Without what is thinner than three pixels."""
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc(1)) > 0


def largest_parts(mask: Mask) -> Mask:
    if not mask.any():
        return mask
    window = around(mask, 0)
    count, found = cv2.connectedComponents(mask[window].astype(np.uint8))
    if count == 2:
        return mask
    labels = np.asarray(found, np.int64)
    areas = np.bincount(labels.reshape(-1), minlength=count)
    areas[0] = 0
    large = areas >= max(_SMALLEST_PART * areas.max(), 1)
    if large[1:].all():
        return mask
    parts = np.zeros_like(mask)
    parts[window] = large[labels]
    return parts


def from_outside(free: Mask) -> Mask:
    """The part of `free` that can be reached from beyond the frame."""
    height, width = free.shape
    room = np.pad(free.astype(np.uint8), 1, constant_values=1)
    cv2.floodFill(room, None, (0, 0), 2)
    return room[1 : height + 1, 1 : width + 1] == 2


def fill(mask: Mask) -> Mask:
    """With everything that the mask encloses."""
    return ~from_outside(~mask)


def close(mask: Mask, radius: int) -> Mask:
    """Morphological closing that the frame does not disturb."""
    margin = radius + 1
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
    return cv2.morphologyEx(padded, cv2.MORPH_CLOSE, disc(radius))[margin:-margin, margin:-margin] > 0


def frame_of(plane: NDArray[np.generic]) -> NDArray[np.generic]:
    """The pixels along the four sides, one after the other."""
    return np.concatenate([plane[0], plane[-1], plane[:, 0], plane[:, -1]])


def around(mask: Mask, margin: int) -> tuple[slice, slice]:
    """The window that holds the mask and this much around it."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    return slice(max(top - margin, 0), top + height + margin), slice(max(left - margin, 0), left + width + margin)


def measure_distance(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Euclidean distance [px] of each pixel to the nearest 0. Squares are whole numbers, and OpenCV's roots depend on
    where in memory they lie."""
    distance = cv2.distanceTransform(pixels, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.sqrt(np.rint(np.multiply(distance, distance), dtype=np.float32))
