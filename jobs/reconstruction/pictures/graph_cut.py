"""Objects cut out by colour models and edges together.

Source: Rother, Kolmogorov and Blake 2004, "GrabCut: interactive foreground extraction using iterated graph cuts".
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.pictures.hint import BACKGROUND, OBJECT
from jobs.reconstruction.pictures.morphology import Mask, grow, shrink

_SIDE_PX = 256
_ROUNDS = 5
_SEED = 1


def cut_by_hint(rgb: NDArray[np.uint8], hint: NDArray[np.uint8]) -> Mask:
    """The object (h, w) that the hint's background and object pixels are samples of."""
    labels = np.full(hint.shape, cv2.GC_PR_FGD, np.uint8)
    labels[hint == BACKGROUND] = cv2.GC_BGD
    labels[hint == OBJECT] = cv2.GC_FGD
    return cut(rgb, labels)


def cut_around(rgb: NDArray[np.uint8], mask: Mask, reach_px: int) -> Mask:
    """The object whose outline lies within `reach_px` of the mask's."""
    labels = np.where(mask, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[shrink(mask, reach_px)] = cv2.GC_FGD
    labels[~grow(mask, reach_px)] = cv2.GC_BGD
    return cut(rgb, labels)


def cut(rgb: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Mask:
    """Cut at reduced size. `labels` (h, w): OpenCV's GC_*; nothing where one side has no pixel to learn from."""
    height, width = labels.shape
    factor = min(1.0, _SIDE_PX / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    known = np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    background = np.isin(known, (cv2.GC_BGD, cv2.GC_PR_BGD))
    if background.all() or not background.any():
        return np.zeros(labels.shape, np.bool_)
    cv2.setRNGSeed(_SEED)  # of this thread: its colour models start from random centres
    cv2.grabCut(small, known, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), _ROUNDS, cv2.GC_INIT_WITH_MASK)
    found = np.isin(known, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    return np.asarray(cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR)) > 0.5
