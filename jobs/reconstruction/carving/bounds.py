"""Where the object is, from cameras and silhouettes alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.carving.hull import Box, hull_field
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.pictures.morphology import Mask, around

_COARSE = 40
_ENLARGEMENTS = 3
_REFINEMENTS = 2


def find_bounds(views: Sequence[View], doubters: int) -> Box | None:
    """A box around what all cones have in common, with a margin of a few per cent; None if that is nothing.

    `views` are uncut. It starts where the cones' axes meet, and grows while the common part touches the box.
    """
    centre = _meeting_point(views)
    radius = 1.5 * float(np.median([_cone_radius(view, centre) for view in views]))
    if not np.isfinite(radius) or radius <= 0:
        return None
    box = Box(centre - radius, centre + radius)
    for _ in range(_ENLARGEMENTS):
        inner, touches = _occupied(views, doubters, box)
        if inner is None:
            return None
        if not touches:
            break
        middle, half = (box.low + box.high) / 2, (box.high - box.low)
        box = Box(middle - half, middle + half)
    for _ in range(_REFINEMENTS):
        inner, _ = _occupied(views, doubters, box)
        if inner is None:
            return None
        box = inner
    return box


def _occupied(views: Sequence[View], doubters: int, box: Box) -> tuple[Box | None, bool]:
    """The box of the samples that may be inside, and whether they reach the border of `box`."""
    spacing = (box.high - box.low) / (_COARSE - 1)
    index = np.stack(np.meshgrid(*[np.arange(_COARSE)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    outside = -float(np.linalg.norm(spacing)) / 2
    values = hull_field(views, doubters, outside)((box.low + spacing * index).astype(np.float32))
    occupied = index[values > outside]
    if not len(occupied):
        return None, False
    first, last = occupied.min(axis=0), occupied.max(axis=0)
    touches = bool((first == 0).any() or (last == _COARSE - 1).any())
    return Box(box.low + spacing * (first - 1), box.low + spacing * (last + 1)), touches


def _meeting_point(views: Sequence[View]) -> NDArray[np.float64]:
    """The point nearest to the rays through the silhouettes' centroids, by least squares."""
    normal, right = np.zeros((3, 3)), np.zeros(3)
    for view in views:
        ray = view.camera.rays(*_centroid(view.mask))[0]
        ray /= np.linalg.norm(ray)
        across = np.eye(3) - np.outer(ray, ray)
        normal += across
        right += across @ view.camera.position
    return np.asarray(np.linalg.lstsq(normal, right, rcond=None)[0], np.float64)


def _centroid(mask: Mask) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """u (1,) and v (1,) [px]."""
    rows, columns = around(mask, 0)
    part = mask[rows, columns]
    u, v = (np.average(np.arange(len(counts)), weights=counts) for counts in (part.sum(axis=0), part.sum(axis=1)))
    return np.array([columns.start + u + 0.5]), np.array([rows.start + v + 0.5])


def _cone_radius(view: View, centre: NDArray[np.float64]) -> float:
    """Half the diagonal of the silhouette's box at the distance of `centre`."""
    rows, columns = around(view.mask, 0)
    half_px = np.hypot(rows.stop - rows.start, columns.stop - columns.start) / 2
    return float(half_px / view.camera.focal_px * np.linalg.norm(centre - view.camera.position))
