"""The one object of a picture: its pixels, cropped to a margin."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.errors import EmptySilhouette, FullSilhouette
from jobs.reconstruction.pictures.picture import Picture
from jobs.reconstruction.pictures.silhouette import Silhouette, find_silhouette
from jobs.reconstruction.single_view.errors import DoubtfulSilhouette, ObjectCut, SeveralObjects

_COMPARABLE = 0.25
"""A second part of at least this share of the largest one's area is an object of its own."""
_SPECK = 0.002
"""Parts smaller than this share of what stands out are not worth a word."""
_LEAST_CONFIDENCE = 0.5
"""Estimated IoU of the silhouette with the true one."""
_LONGEST_PX = 448
"""Longest side that the object is brought to: finer outlines do not make a better guess."""
_MARGIN_PX = 8


@dataclass(frozen=True)
class Subject:
    """`rgb` (h, w, 3), `mask` (h, w): of the object alone, upright, with background all around.

    `left_out`: areas of the smaller parts that were dropped, as shares of all that stood out; specks are not listed.
    """

    rgb: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    left_out: tuple[float, ...] = ()


def find_subject(picture: Picture, name: str, max_side_px: int) -> Subject:
    """The largest connected part of what stands out from the background.

    Raises:
        EmptySilhouette, FullSilhouette: Nothing stands out, or everything does.
        DoubtfulSilhouette: The outline is as likely wrong as right.
        SeveralObjects: A second part is of comparable size.
        ObjectCut: The object goes on outside the frame.
    """
    rgb, alpha = _scale_down(picture.rgb, picture.alpha, max_side_px)
    silhouette = find_silhouette(rgb, alpha)
    _require_usable(silhouette, name)
    labels, areas = _parts(silhouette.mask)
    if len(areas) > 1 and areas[1] >= _COMPARABLE * areas[0]:
        comparable = areas[areas >= _COMPARABLE * areas[0]]
        raise SeveralObjects(name, tuple(float(area) / areas.sum() for area in comparable))
    mask = labels == 1
    if mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any():
        raise ObjectCut(name)
    rgb, mask = _crop(rgb, mask)
    shares = areas[1:] / areas.sum()
    return Subject(rgb, mask, tuple(shares[shares >= _SPECK].tolist()))


def _require_usable(silhouette: Silhouette, name: str) -> None:
    if silhouette.is_empty:
        raise EmptySilhouette([name])
    if silhouette.is_full:
        raise FullSilhouette([name])
    if silhouette.confidence < _LEAST_CONFIDENCE:
        raise DoubtfulSilhouette(name, silhouette.confidence, _LEAST_CONFIDENCE)


def _parts(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Connected parts, numbered from 1 in order of falling area, and their areas [px]."""
    count, found, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    order = np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable") + 1
    number = np.zeros(count, np.int64)
    number[order] = np.arange(1, count)
    return number[np.asarray(found, np.int64)], stats[order, cv2.CC_STAT_AREA].astype(np.int64)


def _scale_down(
    rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, max_side_px: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    factor = max_side_px / max(rgb.shape[:2])
    if factor >= 1:
        return rgb, alpha
    return _resize(rgb, factor), None if alpha is None else _resize(alpha, factor)


def _crop(rgb: NDArray[np.uint8], mask: NDArray[np.bool_]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The object's bounding box at working size, with a margin of background; only its largest part if it falls
    apart on the way."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    rgb, coverage = rgb[box], mask[box].astype(np.uint8) * np.uint8(255)
    factor = _LONGEST_PX / max(coverage.shape)
    if factor < 1:
        rgb, coverage = _resize(rgb, factor), _resize(coverage, factor)
    labels, _ = _parts(coverage >= 128)
    edges = (_MARGIN_PX, _MARGIN_PX)
    return np.pad(rgb, (edges, edges, (0, 0)), mode="edge"), np.pad(labels == 1, _MARGIN_PX)


def _resize(plane: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    size = tuple(max(1, round(side * factor)) for side in plane.shape[1::-1])
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8)
