"""Points of a photo that can be found again in other photos of the same thing.

Source: Lowe 2004, "Distinctive image features from scale-invariant keypoints"; Arandjelovic and Zisserman 2012, "Three
things everyone should know to improve object retrieval" (the square root).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

DESCRIPTOR_LENGTH = 512
"""Euclidean length of every descriptor, but for rounding: products of two stay exact in single precision."""
_CONTRAST = 0.02
_WORDS = 128


@dataclass(frozen=True)
class Features:
    """`xy` (n, 2) [px, pixel centres at .5], `size_px` (n,), `descriptors` (n, 128) of length `DESCRIPTOR_LENGTH`."""

    xy: NDArray[np.float32]
    size_px: NDArray[np.float32]
    descriptors: NDArray[np.uint8]


def find_features(grey: NDArray[np.uint8], most: int) -> Features:
    """The most striking ones; fewer, even none, where the photo shows little texture."""
    keypoints, raw = cv2.SIFT.create(most, contrastThreshold=_CONTRAST).detectAndCompute(grey, None)
    keypoints = keypoints[:most]
    if not keypoints:
        return Features(np.empty((0, 2), np.float32), np.empty(0, np.float32), np.empty((0, _WORDS), np.uint8))
    xy = np.array([point.pt for point in keypoints], np.float32) + np.float32(0.5)
    size = np.array([point.size for point in keypoints], np.float32)
    return Features(xy, size, _take_root(np.asarray(raw, np.float64)[:most]))


def _take_root(raw: NDArray[np.float64]) -> NDArray[np.uint8]:
    shares = raw / np.maximum(raw.sum(axis=1, keepdims=True), 1e-9)
    return np.clip(np.rint(DESCRIPTOR_LENGTH * np.sqrt(shares)), 0, 255).astype(np.uint8)
