"""What triangulated points say about silhouettes: where the object surely is, and where it surely is not."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from jobs.reconstruction.cameras.ground_evidence import find_ground
from jobs.reconstruction.cameras.shot import BACKGROUND, OBJECT, UNSURE, Shot
from jobs.reconstruction.cameras.upright import Place
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.morphology import disc

_MARGIN, _MOST_MARGIN, _GAPS = 0.15, 0.4, 4.0
"""Of the object's size: smooth parts, which have no points, may stick out so far beyond the points' hull; more where
points are few, so many times the gap between neighbours."""
_BELOW = 0.01
_REACH = 2.5
"""Of the enlarged hull around its middle: so far the ground is looked at, that photos show behind the object."""
_DENSE = 0.01
"""Of the photo's longer side: the reach of one point."""
_SURE_TRACK = 3
"""So many photos must have seen a point for it to be right."""
_INSET_PX = 1
_FAR_OUT = 0.005
"""Share of the object's points that may be wrong, and lie outside it."""


def hint_by_points(shots: Sequence[Shot], place: Place) -> list[NDArray[np.uint8]]:
    """Of each shot, in the place's world.

    The object lies within the points' hull, enlarged, in every photo alike; it is where many of its points are, whether
    that photo shows them or something in front of them, and is not where the ground is.
    """
    shell, sure = _enlarge(place), _find_sure(place)
    hints = map_in_threads(lambda shot: _hint(shot, sure, shell), shots)
    if place.has_ground:
        footprint = place.structure.points[place.is_object, :2]
        grounds = find_ground(shots, _REACH * float(np.abs(shell[:, :2]).max()), footprint)
        for hint, ground in zip(hints, grounds, strict=True):
            hint[ground & (hint != OBJECT)] = BACKGROUND
    return hints


def _enlarge(place: Place) -> NDArray[np.float64]:
    """Points (n, 3) whose hull holds the object."""
    points = place.structure.points[place.is_object]
    centre = np.median(points, axis=0)
    reach = np.linalg.norm(points - centre, axis=1)
    points = points[reach <= np.quantile(reach, 1 - _FAR_OUT)]
    size = float(np.ptp(points, axis=0).max())
    steps = np.stack(np.meshgrid(*[[-1.0, 0.0, 1.0]] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    steps = steps[np.any(steps != 0, axis=1)]
    gap = float(np.median(np.asarray(KDTree(points).query(points, k=2)[0])[:, 1]))
    margin = np.clip(_GAPS * gap, _MARGIN * size, _MOST_MARGIN * size)
    steps *= margin / np.linalg.norm(steps, axis=1, keepdims=True)
    shell = (points[:, None] + steps).reshape(-1, 3)
    if place.has_ground:
        shell[:, 2] = np.maximum(shell[:, 2], -_BELOW * size)
    return shell


def _find_sure(place: Place) -> NDArray[np.float64]:
    """The object's points (n, 3) that enough photos have seen."""
    structure = place.structure
    tracks = np.bincount(structure.point, minlength=len(structure.points))
    return structure.points[place.is_object & (tracks >= _SURE_TRACK)]


def _hint(shot: Shot, points: NDArray[np.float64], shell: NDArray[np.float64]) -> NDArray[np.uint8]:
    height, width = shot.rgb.shape[:2]
    u, v, depth = shot.camera.project(shell)
    if (depth <= 0).any():
        return np.full((height, width), UNSURE, np.uint8)
    hint = np.full((height, width), BACKGROUND, np.uint8)
    outline = cv2.convexHull(np.column_stack([u, v]).astype(np.float32)).clip(-1e6, 1e6)
    cv2.fillConvexPoly(hint, np.rint(outline).astype(np.int32), UNSURE)
    radius = max(1, round(_DENSE * max(width, height)))
    core = cv2.erode(_dots(shot, points, radius), disc(radius + _INSET_PX), borderValue=0) > 0
    hint[core & (hint == UNSURE)] = OBJECT
    return hint


def _dots(shot: Shot, points: NDArray[np.float64], radius: int) -> NDArray[np.uint8]:
    """(h, w) 1 within so many pixels of a point's picture."""
    height, width = shot.rgb.shape[:2]
    dots = np.zeros((height, width), np.uint8)
    u, v, depth = shot.camera.project(points)
    x, y = np.floor(u).astype(int), np.floor(v).astype(int)
    inside = (depth > 0) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    dots[y[inside], x[inside]] = 1
    return np.asarray(cv2.dilate(dots, disc(radius)), np.uint8)
