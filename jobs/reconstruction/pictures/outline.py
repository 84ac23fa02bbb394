"""How much an outline looks like that of the object."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.pictures.cues import STRONG_LAB, Cues
from jobs.reconstruction.pictures.morphology import SQUARE, Mask, around, frame_of

EMPTY, FULL = 0.002, 0.95
"""Shares of the photo that are no object, and no background."""
_CLEAR_LAB = 5.0
_UNSUPPORTED_LAB = 2.0
_FEWEST_PX = 8
_NARROW, _WIDE = np.ones((5, 5), np.uint8), np.ones((9, 9), np.uint8)
"""How far from the outline a pixel is beside it."""
_FAINT, _UNLIKE, _FRAME = 7, 8, 14
"""Where `measure_outline` puts faint edges and colours that are left out, and from where on it speaks of the place."""
_FEW_EDGES, _LITTLE = 0.02, 0.01
_MAIN_PART = 0.9
WEIGHTS = np.array((
    0.52,  # constant
    -0.06, 0.237, -0.104, 0.124, 0.175,  # along the outline: strong, clear, unsupported, ridge, its square
    0.276, 0.086, 1.842, -0.433,  # left out: strong edges, faint edges, unlike but for shadows, unlike
    -0.001, -0.291, -0.852, 0.016,  # their square roots
    -1.378, -0.587, 0.116, -0.414, -0.034,  # on the frame, like background, in the middle, off centre, jagged
))  # fmt: skip

_IN_DARK = np.zeros(WEIGHTS.shape)
_IN_DARK[[1, 6, 14]] = 1.0, -0.5, -1.5
"""Strong edges along the outline, those left out, the frame. Where shadows are as dark as the background, colours that
are left out and holes say little."""


def estimate_iou(mask: Mask, cues: Cues) -> float:
    """With the true mask, 0 to 1: a linear guess from what `measure_outline` sees; 0 for no outline at all."""
    traits = measure_outline(mask, cues)
    return 0.0 if traits is None else float(np.clip((traits * _weights(cues)).sum(), 0, 1))


def estimate_iou_alone(mask: Mask, cues: Cues) -> float:
    """The same, but its place does not count where nothing else stands out: an object that a side of the frame cuts is
    no worse an object."""
    traits = measure_outline(mask, cues)
    if traits is None:
        return 0.0
    weights = _weights(cues)
    estimate = float((traits * weights).sum())
    if traits[_FAINT] < _FEW_EDGES and traits[_UNLIKE] < _LITTLE and _is_one_thing(mask):
        estimate = max(estimate, float((_placed_well(traits) * weights).sum()))
    return float(np.clip(estimate, 0, 1))


def _weights(cues: Cues) -> NDArray[np.float64]:
    return _IN_DARK if cues.background.dark else WEIGHTS


def _placed_well(traits: NDArray[np.float64]) -> NDArray[np.float64]:
    placed = traits.copy()
    placed[[_FRAME, _FRAME + 2, _FRAME + 3]] = 0.0, 1.0, 0.0  # off the frame, in the middle, not off centre
    return placed


def _is_one_thing(mask: Mask) -> bool:
    """In one piece, but for crumbs, on two sides of the frame at most."""
    sides = sum(bool(side.any()) for side in (mask[0], mask[-1], mask[:, 0], mask[:, -1]))
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    return sides <= 2 and bool(stats[1:, cv2.CC_STAT_AREA].max() > _MAIN_PART * np.count_nonzero(mask))


def measure_outline(mask: Mask, cues: Cues) -> NDArray[np.float64] | None:
    """What speaks for and against a mask, (19,): edges along it, edges and colours that it leaves out, its place."""
    part = around(mask, len(_WIDE) // 2)
    small = mask[part].astype(np.uint8)
    off_frame = np.zeros(mask.shape, np.bool_)
    off_frame[2:-2, 2:-2] = True
    outline = (cv2.morphologyEx(small, cv2.MORPH_GRADIENT, SQUARE) > 0) & off_frame[part]
    if not EMPTY < np.count_nonzero(mask) / mask.size < FULL or np.count_nonzero(outline) < _FEWEST_PX:
        return None
    near = cv2.dilate(small, _WIDE) > 0
    return np.array(
        [
            1.0,
            *_along(outline, near & (cv2.dilate(small, _NARROW) == 0), part, cues),
            *_left_out(near, part, cues),
            *_place(mask, outline, cues),
        ]
    )


def _along(outline: Mask, ring: Mask, part: tuple[slice, slice], cues: Cues) -> tuple[float, ...]:
    """Edge support, and whether it is a ridge: a shadow's outline is no steeper than what lies beside it."""
    edges = np.take(cues.edges[part], np.flatnonzero(outline))
    beside = float(np.take(cues.gradient[part], np.flatnonzero(ring)).mean()) if ring.any() else 0.0
    ridge = float(edges.mean() / (edges.mean() + beside + 0.5))
    support = [float(np.minimum(edges / level, 1).mean()) for level in (STRONG_LAB, _CLEAR_LAB)]
    return (*support, np.count_nonzero(edges < _UNSUPPORTED_LAB) / len(edges), ridge, ridge**2)


def _left_out(near: Mask, part: tuple[slice, slice], cues: Cues) -> tuple[float, ...]:
    """Shares of the photo's edges, and of its background, that the mask should have held.

    Args:
        near: (h, w) within `part` of the photo: the mask, and what is beside it.
    """

    def outside(what: Mask) -> int:
        return int(np.count_nonzero(what) - np.count_nonzero(what[part] & near))

    area = max(cues.strong.size - np.count_nonzero(near), 1)
    shares = (
        outside(cues.strong) / (np.count_nonzero(cues.strong) + 20),
        outside(cues.faint) / (np.count_nonzero(cues.faint) + 50),
        outside(cues.unlike) / area,
        outside(cues.unlike_or_shaded) / area,
    )
    return (*shares, *(float(np.sqrt(share)) for share in shares))


def _place(mask: Mask, outline: Mask, cues: Cues) -> tuple[float, ...]:
    height, width = mask.shape
    small = mask.view(np.uint8)
    rows, columns = (cv2.reduce(small, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S).reshape(-1) for axis in (1, 0))
    area = float(rows.sum())
    offset = np.hypot(
        (rows @ np.arange(height)) / area / height - 0.5, (columns @ np.arange(width)) / area / width - 0.5
    )
    middle = mask[int(0.4 * height) : int(0.6 * height), int(0.4 * width) : int(0.6 * width)]
    complexity = min(np.count_nonzero(outline) / np.sqrt(area) / 10, 3.0)
    alike = np.count_nonzero(cues.alike & mask) / area
    central = np.count_nonzero(middle) / middle.size
    return float(frame_of(mask).mean()), alike, central, float(offset), complexity
