"""Depths where a hollow's inside shows no texture, from those around.

Only inside hollows: there the film that is spanned between the depths around lies in front of the true surface, so it
never takes away too much. On the outside the hull knows better.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

from jobs.reconstruction.stereo.kernel import Plane

_LEAST_PX = 4
_LEAST_SURROUNDED, _LEAST_DEEP = 0.6, 0.8
_SHIFTS = ((0, 1), (0, -1), (1, 0), (-1, 0))


def fill_hollows(depth: Plane, entry: Plane, asked: NDArray[np.bool_], hollow: float) -> Plane:
    """Fill the gaps in `depth` (h, w) that are surrounded by depths more than `hollow` behind `entry` [world units].

    The film is harmonic in the inverse of the depth, so that a plane is continued as a plane.
    """
    known = depth > 0
    gaps = (asked & ~known).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(gaps, connectivity=4)
    chosen = np.zeros(depth.shape, np.bool_)
    for label in range(1, count):
        left, top, width, height, area = stats[label]
        if area < _LEAST_PX:
            continue
        window = np.s_[max(top - 1, 0) : top + height + 1, max(left - 1, 0) : left + width + 1]
        gap = labels[window] == label
        rim = (cv2.dilate(gap.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~gap
        solid = rim & known[window]
        if not solid.any() or solid.sum() < _LEAST_SURROUNDED * rim.sum():
            continue
        deep = (depth[window] - entry[window])[solid] > hollow
        if deep.mean() >= _LEAST_DEEP:
            chosen[window] |= gap
    if not chosen.any():
        return depth
    filled = depth.copy()
    filled[chosen] = np.maximum(
        1 / _span(np.where(known, 1 / np.where(known, depth, 1), 0), known, chosen), entry[chosen]
    )
    return filled


def _span(values: Plane, known: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Each chosen pixel (n,) the mean of its neighbours that are known or chosen."""
    height, width = values.shape
    rows, columns = np.nonzero(chosen)
    number = np.full(values.shape, -1, np.int64)
    number[rows, columns] = np.arange(len(rows))
    weight, right = np.zeros(len(rows)), np.zeros(len(rows))
    links: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for down, across in _SHIFTS:
        y, x = rows + down, columns + across
        inside = (y >= 0) & (x >= 0) & (y < height) & (x < width)
        y, x = np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)
        fixed, free = inside & known[y, x], inside & chosen[y, x]
        weight += fixed | free
        right += np.where(fixed, values[y, x], 0)
        links.append((np.flatnonzero(free), number[y, x][free]))
    first, second = (np.concatenate(part) for part in zip(*links, strict=True))
    own = np.arange(len(rows))
    entries = np.concatenate([np.maximum(weight, 1), -np.ones(len(first))])
    places = (np.concatenate([own, first]), np.concatenate([own, second]))
    return np.asarray(spsolve(coo_array((entries, places), shape=(len(rows), len(rows))).tocsc(), right))
