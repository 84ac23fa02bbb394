"""A capture mat found in a photo."""

# OpenCV's stubs do not describe the aruco module.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.mat import MATS, Mat, dictionary

LEAST_CORNERS = 8
"""Fewer do not fix a pose well; a third of a mat shows twice as many."""
_LEAST_MARKERS = 4
"""Print on an object may be taken for a marker, but not for so many of one mat."""
_SEVERAL = 2
_SIDE_PX = 2400
"""Photos are searched at this size at most: a marker then still has dozens of pixels across."""
_OFF_PLANE = 0.015
"""Of the longer side: what lies farther from where the plane puts it is no corner, not even of a curled mat."""


@dataclass(frozen=True)
class Sighting:
    """`points_m` (n, 3) in the mat's frame at `pixels` (n, 2), pixel centres at .5.

    `copies`: markers that are seen more than once.
    """

    mat: Mat
    points_m: NDArray[np.float64]
    pixels: NDArray[np.float64]
    copies: int = 0


def find_mats(rgb: NDArray[np.uint8]) -> tuple[Sighting, ...]:
    """The mats in a photo (h, w, 3), of different papers; those with too few corners to tell a pose are not there."""
    height, width = rgb.shape[:2]
    factor = min(1.0, _SIDE_PX / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    grey = cv2.cvtColor(rgb if factor == 1 else cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    corners, ids, _ = cv2.aruco.ArucoDetector(dictionary()).detectMarkers(grey)
    if ids is None:
        return ()
    seen = Counter(int(number) for number in ids.ravel())
    found = []
    for mat in MATS.values():
        if sum(number in mat.marker_ids for number in seen) < _LEAST_MARKERS:
            continue
        copies = sum(number in mat.marker_ids and count > 1 for number, count in seen.items())
        points, pixels = _corners(mat, np.asarray(grey, np.uint8), corners, np.asarray(ids, np.int32))
        if len(points) >= LEAST_CORNERS or copies >= _SEVERAL:
            found.append(Sighting(mat, points, pixels / (size[0] / width, size[1] / height), copies))
    return tuple(found)


def has_several(sighting: Sighting) -> bool:
    """Two mats of one paper are in the photo; a single copy may be print on the object."""
    return sighting.copies >= _SEVERAL


def _corners(
    mat: Mat, grey: NDArray[np.uint8], corners: Sequence[cv2.typing.MatLike], ids: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (n, 3) [m] and pixels (n, 2) of the corners between squares that agree on one plane."""
    mine = [index for index, number in enumerate(ids.ravel()) if number in mat.marker_ids]
    detector = cv2.aruco.CharucoDetector(mat.board())
    pixels, numbers, _, _ = detector.detectBoard(
        grey, markerCorners=[corners[index] for index in mine], markerIds=ids[mine]
    )
    if numbers is None or len(numbers) < LEAST_CORNERS:
        return np.empty((0, 3)), np.empty((0, 2))
    points = mat.corners_m()[np.ravel(numbers).astype(np.intp)]
    pixels = np.asarray(pixels, np.float64).reshape(-1, 2)
    _, inliers = cv2.findHomography(points[:, :2], pixels, cv2.RANSAC, _OFF_PLANE * max(grey.shape))
    kept = np.zeros(len(points), np.bool_) if inliers is None else inliers.ravel() > 0
    return points[kept], pixels[kept] + 0.5  # OpenCV's pixel centres are whole numbers
