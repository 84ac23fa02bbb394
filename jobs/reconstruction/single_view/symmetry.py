"""The axis that an outline is mirrored about."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.single_view.subject import Subject

Mask = NDArray[np.bool_]

_STEP_DEG, _FINE_STEP_DEG = 3.0, 0.5
_UPRIGHT_DEG = 20.0
"""An axis this near to the vertical is taken to be that of something that stands."""
_NEARLY_AS_GOOD = 0.02
_STANDING_DEG = 6.0
"""A can and a disc are mirrored about two axes. Of axes this alike in overlap that within so many degrees of the
vertical is meant: a disc that lies on the table. If there is none, the longer one: a can that leans or lies."""
_SEARCH_PX = 160


@dataclass(frozen=True)
class Axis:
    """Through the outline's centroid, as every mirror axis of an area is. `tilt_deg`: from the vertical, positive
    clockwise; within (-90, 90]. `overlap`: IoU of the outline with its mirror image."""

    tilt_deg: float
    overlap: float

    @property
    def is_upright(self) -> bool:
        return abs(self.tilt_deg) <= _UPRIGHT_DEG


def find_axis(mask: Mask) -> Axis:
    """The best mirror axis; see `_NEARLY_AS_GOOD` for which it is if there are two."""
    small = _shrink(mask)
    coarse = [_axis(small, tilt) for tilt in np.arange(-90 + _STEP_DEG, 90 + _STEP_DEG / 2, _STEP_DEG)]
    best = max(axis.overlap for axis in coarse)
    good = [axis for axis in coarse if axis.overlap >= best - _NEARLY_AS_GOOD]
    standing = [axis for axis in good if abs(axis.tilt_deg) <= _STANDING_DEG]
    chosen = max(standing or good, key=lambda axis: axis.overlap if standing else _spread_along(small, axis))
    around = np.arange(-_STEP_DEG, _STEP_DEG + _FINE_STEP_DEG / 2, _FINE_STEP_DEG) + chosen.tilt_deg
    fine = [_axis(small, tilt) for tilt in around]
    return max(fine, key=lambda axis: (round(axis.overlap, 3), -abs(axis.tilt_deg)))


def turn_upright(subject: Subject, axis: Axis) -> Subject:
    """The same object in a picture turned so that the axis is its vertical middle line."""
    height, width = subject.mask.shape
    x, y = _centroid(subject.mask)
    reach = int(np.ceil(np.hypot(max(x, width - x), max(y, height - y)))) + 1
    turn = cv2.getRotationMatrix2D((x - 0.5, y - 0.5), axis.tilt_deg, 1.0)
    turn[:, 2] += (reach - x, reach - y)

    def turned(plane: NDArray[np.uint8], flags: int, border: int) -> NDArray[np.uint8]:
        return np.asarray(cv2.warpAffine(plane, turn, (2 * reach, 2 * reach), flags=flags, borderMode=border), np.uint8)

    rgb = turned(subject.rgb, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE)
    mask = turned(subject.mask.astype(np.uint8) * np.uint8(255), cv2.INTER_LINEAR, cv2.BORDER_CONSTANT) >= 128
    return Subject(rgb, mask, subject.left_out)


def _axis(mask: Mask, tilt_deg: float) -> Axis:
    """Overlap with the mirror image: a point p goes to c + (2 a a^T - 1)(p - c), for the axis' direction a."""
    x, y = _centroid(mask)
    centre = np.array([x - 0.5, y - 0.5])
    along = np.array([np.sin(np.radians(tilt_deg)), -np.cos(np.radians(tilt_deg))])
    mirror = 2 * np.outer(along, along) - np.eye(2)
    matrix = np.column_stack([mirror, centre - mirror @ centre])
    image = (
        cv2.warpAffine(mask.astype(np.uint8) * np.uint8(255), matrix, mask.shape[::-1], flags=cv2.INTER_LINEAR) >= 128
    )
    return Axis(float(tilt_deg), float((mask & image).sum() / (mask | image).sum()))


def _spread_along(mask: Mask, axis: Axis) -> float:
    """Standard deviation of the mask's pixels along the axis [px]."""
    rows, columns = np.nonzero(mask)
    tilt = np.radians(axis.tilt_deg)
    return float((columns * np.sin(tilt) - rows * np.cos(tilt)).std())


def _centroid(mask: Mask) -> tuple[float, float]:
    """x, y [px], pixel centres at .5."""
    rows, columns = np.nonzero(mask)
    return float(columns.mean()) + 0.5, float(rows.mean()) + 0.5


def _shrink(mask: Mask) -> Mask:
    """Small, and with as much room around as a mirror image may need."""
    factor = min(1.0, _SEARCH_PX / max(mask.shape))
    size = (max(1, round(mask.shape[1] * factor)), max(1, round(mask.shape[0] * factor)))
    small = cv2.resize(mask.astype(np.uint8) * np.uint8(255), size, interpolation=cv2.INTER_AREA) >= 128
    rows, columns = np.nonzero(small)
    reach = int(np.hypot(rows.max() - rows.min(), columns.max() - columns.min())) + 2
    return np.pad(small, reach)
