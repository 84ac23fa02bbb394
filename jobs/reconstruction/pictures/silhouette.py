"""Which pixels of a photo show the object."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.pictures.background import Background, fit_background, to_lab

Mask = NDArray[np.bool_]

_THRESHOLDS_LAB = (5.0, 7.0, 9.0, 12.0, 16.0, 22.0, 30.0)
_AS_GOOD = 0.03
"""The lowest threshold whose score is this near to the best is taken."""
_STRONG_EDGE_LAB = 12.0
_SMALLEST_PART = 0.02
"""Pieces smaller than this share of the largest are dust, reflections or noise."""
_EMPTY, _FULL = 0.002, 0.95
_CLOSING = 0.012
"""Radius of gaps that a shadow on a dark background may cut into the outline, of the shorter side."""
_BAY = 0.03
_NEAR = 0.05
"""Reach of what may be doubtful, of the shorter side."""
_FAINT_LAB = 2.5
_MIXED = 0.5
_OPAQUE = 128


@dataclass(frozen=True)
class Silhouette:
    """`mask` (h, w): the object. `doubtful` (h, w): outside the mask, but not clearly background.

    `is_cut`: the mask touches the frame, so the object may go on outside.
    """

    mask: Mask
    doubtful: Mask
    is_cut: bool

    @property
    def is_empty(self) -> bool:
        return bool(self.mask.mean() < _EMPTY)

    @property
    def is_full(self) -> bool:
        return bool(self.mask.mean() > _FULL)


def find_silhouette(rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None) -> Silhouette:
    """Alpha where it was given; otherwise the best of several thresholds on the difference to the background.

    Best is where the outline runs along edges of the photo and leaves few edges outside. It errs towards the object:
    too large a silhouette is carved by other views, too small a one carves what is there.
    """
    if alpha is not None:
        return _silhouette(alpha >= _OPAQUE, np.zeros(alpha.shape, np.bool_))
    background = fit_background(rgb)
    edges = _edge_strength(rgb)
    candidates = [_threshold(background, max(level, 4 * background.sigma)) for level in _THRESHOLDS_LAB]
    scores = [_score(edges, mask) for mask in candidates]
    chosen = next(index for index, score in enumerate(scores) if score >= max(scores) - _AS_GOOD)
    mask = candidates[chosen]
    return _silhouette(mask, _find_doubtful(mask, background))


def _silhouette(mask: Mask, doubtful: Mask) -> Silhouette:
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return Silhouette(mask, doubtful, bool(border.any()))


def _find_doubtful(mask: Mask, background: Background) -> Mask:
    """What stands out a little near the mask: a part in shadow, or cloth; on a dark background also its narrow bays."""
    small = mask.astype(np.uint8)
    level = max(_FAINT_LAB, 4 * background.sigma)
    faint = cv2.morphologyEx((background.distance > level).astype(np.uint8), cv2.MORPH_OPEN, _disc(1)) > 0
    doubtful = faint & (cv2.dilate(small, _disc(_radius(mask, _NEAR))) > 0)
    if background.dark:
        doubtful |= _close(small, _radius(mask, _BAY))
    return doubtful & ~mask


def _threshold(background: Background, level: float) -> Mask:
    clean = cv2.morphologyEx((background.distance > level).astype(np.uint8), cv2.MORPH_OPEN, _disc(1))
    mask = _largest_parts(np.asarray(clean, np.uint8))
    if background.dark:
        return _trim_fringe(_close_shadows(mask), background)
    return _trim_fringe(_fill_holes(mask > 0, background), background)


def _trim_fringe(mask: Mask, background: Background) -> Mask:
    """Take off the outermost pixels that are more background than object: the lens mixes both at the outline."""
    small = mask.astype(np.uint8)
    rim = mask & (cv2.erode(small, np.ones((3, 3), np.uint8), borderValue=1) == 0)
    inside = cv2.dilate(np.where(mask, background.distance, 0).astype(np.float32), np.ones((5, 5), np.uint8))
    return mask & ~(rim & (background.distance < _MIXED * inside))


def _largest_parts(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    return np.isin(labels, np.flatnonzero(areas >= max(_SMALLEST_PART * areas.max(), 1))).astype(np.uint8)


def _close_shadows(mask: NDArray[np.uint8]) -> Mask:
    """On a dark background a deep shadow looks like background: bridge narrow gaps, fill what is enclosed."""
    return _fill(_close(mask, _radius(mask, _CLOSING)) | (mask > 0))


def _close(mask: NDArray[np.uint8], radius: int) -> Mask:
    """Morphological closing that the frame does not disturb."""
    margin = radius + 1
    padded = cv2.copyMakeBorder(mask, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
    return cv2.morphologyEx(padded, cv2.MORPH_CLOSE, _disc(radius))[margin:-margin, margin:-margin] > 0


def _radius(mask: NDArray[np.generic], share: float) -> int:
    return max(1, round(share * min(mask.shape)))


def _disc(radius: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8)


def _fill_holes(mask: Mask, background: Background) -> Mask:
    """Fill what is enclosed, unless it is as like the background as the background itself: a handle's hole, say."""
    filled = _fill(mask)
    count, labels = cv2.connectedComponents((filled & ~mask).astype(np.uint8))
    for hole in range(1, count):
        inside = labels == hole
        if np.median(background.distance[inside]) < 3 * background.sigma:
            filled[inside] = False
    return filled


def _fill(mask: Mask) -> Mask:
    """With everything that the mask encloses."""
    height, width = mask.shape
    room = np.pad(mask.astype(np.uint8), 1)
    cv2.floodFill(room, None, (0, 0), 2)
    return room[1 : height + 1, 1 : width + 1] != 2


def _edge_strength(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Largest colour change [CIE Lab per pixel] within a pixel of each."""
    lab = to_lab(np.asarray(cv2.GaussianBlur(rgb, (3, 3), 0), np.uint8))
    x, y = cv2.Sobel(lab, cv2.CV_32F, 1, 0), cv2.Sobel(lab, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.dilate(np.sqrt((x**2 + y**2).sum(axis=2)) / 4, np.ones((3, 3), np.uint8)), np.float32)


def _score(edges: NDArray[np.float32], mask: Mask) -> float:
    """Edge support of the outline, less what of the frame the mask touches, less strong edges left outside."""
    if not _EMPTY < mask.mean() < _FULL:
        return -2.0
    small = mask.astype(np.uint8)
    outline = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    outline[:2] = outline[-2:] = False
    outline[:, :2] = outline[:, -2:] = False
    if not outline.any():
        return -2.0
    support = float(np.clip(edges[outline] / _STRONG_EDGE_LAB, 0, 1).mean())
    frame = float(np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).mean())
    outside = cv2.dilate(small, np.ones((9, 9), np.uint8)) == 0
    missed = float((edges[outside] > _STRONG_EDGE_LAB).mean()) if outside.any() else 0.0
    return support - 1.5 * frame - missed
