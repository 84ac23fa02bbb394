"""Where the colour camera really is, for scanners that write its pictures as if it were the depth camera.

The right camera gives each place of the surface the same brightness in all frames that see it; a wrong one smears. Four
numbers are searched: focal length, principal point, and how far the two lenses stand apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.scans.frame import Frame, move_points

Array = NDArray[np.float64]
_FRAMES, _POINTS, _SEEN_BY = 60, 3000, 4
_SAME_PLACE_M = 0.015
_BLUR, _FAR_BLUR = 0.003, 0.012
"""Of the picture's width: the wide one lets the search find its way, the narrow one makes it exact."""
_FOCALS, _SHIFTS = (0.85, 0.9, 0.95, 1.0, 1.05), (-0.06, -0.03, 0.0, 0.03, 0.06)
_LARGEST_SHIFT, _LARGEST_GAP_M, _FARTHEST_FOCAL = 0.15, 0.08, 0.25
_BETTER = 0.9
"""Of the smear that the given camera leaves: a smaller gain is no reason to distrust it."""


@dataclass(frozen=True)
class _Sighting:
    """What one frame sees: `index` of points (n,), and their `place` (n, 3) in the camera's axes [m]."""

    index: NDArray[np.int64]
    place: Array
    frame: Frame


def find_colour_camera(points: Array, frames: Sequence[Frame]) -> tuple[list[Frame], tuple[str, ...]]:
    """The frames with the colour camera that fits best, and a warning if that is another than was given."""
    some = points[:: max(1, len(points) // _POINTS)]
    chosen = list(frames)[:: max(1, len(frames) // _FRAMES)]
    sightings = map_in_threads(lambda frame: _sight(some, frame), chosen)
    wide, narrow = (_blurred(sightings, share) for share in (_FAR_BLUR, _BLUR))
    start = np.zeros(4)
    tried = [np.array([np.log(f), x, y, 0.0]) for f, x, y in itertools.product(_FOCALS, _SHIFTS, _SHIFTS)]
    smears = map_in_threads(lambda change: _smear(change, sightings, wide), tried)
    best = tried[int(np.argmin(smears))]
    for pictures in (wide, narrow):
        steps = np.vstack([best, best + np.diag([0.02, 0.01, 0.01, 0.01])])
        options = {"initial_simplex": steps, "maxfev": 150, "xatol": 1e-4, "fatol": 1e-5}
        best = minimize(_smear, best, (sightings, pictures), method="Nelder-Mead", options=options).x
    before, after = _smear(start, sightings, narrow), _smear(best, sightings, narrow)
    if not after < _BETTER * before or not _plausible(best):
        return list(frames), ()
    focal, right, down, apart_m = np.exp(best[0]), *best[1:3], best[3]
    warning = (
        f"colour and depth are not of one camera: colours fit with {focal:.3f} times the focal length, moved by "
        f"{right:+.1%} and {down:+.1%} of the width, lenses {abs(apart_m) * 1000:.0f} mm apart"
    )
    return [replace(frame, shot=replace(frame.shot, camera=_changed(frame, best))) for frame in frames], (warning,)


def _changed(frame: Frame, change: Array) -> Camera:
    camera, width = frame.shot.camera, frame.shot.rgb.shape[1]
    K = camera.K.copy()
    K[[0, 1], [0, 1]] *= np.exp(change[0])
    K[:2, 2] += change[1:3] * width
    return replace(camera, K=K, t_camera_world=camera.t_camera_world + np.array([change[3], 0.0, 0.0]))


def _plausible(change: Array) -> bool:
    return bool(
        abs(change[0]) < _FARTHEST_FOCAL
        and np.abs(change[1:3]).max() < _LARGEST_SHIFT
        and abs(change[3]) < _LARGEST_GAP_M
    )


def _sight(points: Array, frame: Frame) -> _Sighting:
    depth, measured = frame.depth_at(points)
    index = np.flatnonzero((measured > 0) & (np.abs(depth - measured) < _SAME_PLACE_M))
    R, t = frame.camera.R_camera_world, frame.camera.t_camera_world
    T_camera_world = np.vstack([np.column_stack([R, t]), [0, 0, 0, 1]])
    return _Sighting(index, move_points(points[index], T_camera_world), frame)


def _blurred(sightings: Sequence[_Sighting], share: float) -> list[NDArray[np.float32]]:
    """Logarithms of brightness, so that exposure is a summand."""

    def blur(sighting: _Sighting) -> NDArray[np.float32]:
        grey = cv2.cvtColor(sighting.frame.shot.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
        return np.log(np.asarray(cv2.GaussianBlur(grey, (0, 0), share * grey.shape[1]), np.float32) + 16)

    return map_in_threads(blur, sightings)


def _smear(change: Array, sightings: Sequence[_Sighting], pictures: Sequence[NDArray[np.float32]]) -> float:
    """Variance of the brightness of one place over the frames, as a part of the variance of all."""
    places, values = [], []
    for sighting, picture in zip(sightings, pictures, strict=True):
        height, width = picture.shape
        K = sighting.frame.shot.camera.K
        x, y, z = sighting.place.T
        u = K[0, 0] * np.exp(change[0]) * (x + change[3]) / z + K[0, 2] + change[1] * width
        v = K[1, 1] * np.exp(change[0]) * y / z + K[1, 2] + change[2] * width
        inside = (u >= 0) & (v >= 0) & (u < width) & (v < height)
        value = picture[v[inside].astype(np.int64), u[inside].astype(np.int64)]
        if len(value):
            places.append(sighting.index[inside])
            values.append(value - np.median(value))
    if not places:
        return 1.0
    place, value = np.concatenate(places), np.concatenate(values).astype(np.float64)
    count = np.bincount(place)
    mean = np.bincount(place, value) / np.maximum(count, 1)
    often = count[place] >= _SEEN_BY
    if not often.any() or value[often].var() <= 0:
        return 1.0
    return float(np.square(value - mean[place])[often].mean() / value[often].var())
