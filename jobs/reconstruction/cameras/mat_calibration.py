"""Lenses and poses from sightings of a mat.

Source: Zhang 2000, "A flexible new technique for camera calibration", refined over all photos by OpenCV.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.mat_sighting import Sighting

_FIXED = cv2.CALIB_FIX_ASPECT_RATIO | cv2.CALIB_ZERO_TANGENT_DIST | cv2.CALIB_FIX_K3 | cv2.CALIB_USE_INTRINSIC_GUESS
_CENTRED, _NO_K1, _NO_K2 = cv2.CALIB_FIX_PRINCIPAL_POINT, cv2.CALIB_FIX_K1, cv2.CALIB_FIX_K2
_MODELS = ((_CENTRED | _NO_K1 | _NO_K2, 1), (_CENTRED | _NO_K2, 2), (_NO_K1 | _NO_K2, 3), (_NO_K2, 4), (0, 5))
"""From the focal length alone to centre and two terms of radial distortion, with how many parameters each frees."""
_LOOSEST = np.array([np.inf, np.inf, 0.01, 0.01, 0.03, 0.1])
"""Deviations of fx, fy, cx, cy (of the longer side), k1, k2 above which a parameter is not determined by the photos."""
_LEAST_FOCAL, _MOST_FOCAL = 0.4, 6.0
"""Of the longer side: lenses from 14 to 210 mm, for 35 mm film."""
_USUAL_FOCAL = 0.8


@dataclass(frozen=True)
class Calibration:
    """`cameras` of the photos, in the order of the sightings; `residuals_px` of each (root mean square)."""

    cameras: tuple[Camera, ...]
    residuals_px: tuple[float, ...]


@dataclass(frozen=True)
class _Fit:
    K: NDArray[np.float64]
    distortion: NDArray[np.float64]
    poses: tuple[NDArray[np.float64], ...]
    deviations: NDArray[np.float64]
    residuals: NDArray[np.float64]
    squares: float


def calibrate(sightings: Sequence[Sighting], size_px: tuple[int, int]) -> Calibration:
    """One lens for all photos of `size_px`, and where each was taken from."""
    count = sum(len(sighting.points_m) for sighting in sightings)
    simplest = _fit(sightings, size_px, _MODELS[0][0], _first_guess(sightings, size_px), np.zeros(5))
    best, least = simplest, np.inf
    for model, freed in _MODELS:
        fit = _fit(sightings, size_px, model, simplest.K, simplest.distortion)
        loose = fit.deviations[:6] / np.array([1, 1, max(size_px), max(size_px), 1, 1]) > _LOOSEST
        # Schwarz's criterion: another parameter must explain more than noise would.
        rating = 2 * count * np.log(max(fit.squares, 1e-12) / (2 * count)) + freed * np.log(2 * count)
        if not loose.any() and rating < least:
            best, least = fit, rating
    return Calibration(tuple(_camera(best, pose) for pose in best.poses), tuple(float(r) for r in best.residuals))


def _first_guess(sightings: Sequence[Sighting], size_px: tuple[int, int]) -> NDArray[np.float64]:
    width, height = size_px
    K = np.asarray(cv2.initCameraMatrix2D(*_as_opencv(sightings), size_px, 1.0), np.float64)
    focal, longer = float(K[0, 0]), max(size_px)
    if not _LEAST_FOCAL * longer < focal < _MOST_FOCAL * longer:
        focal = _USUAL_FOCAL * longer
    return np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]])


def _fit(
    sightings: Sequence[Sighting],
    size_px: tuple[int, int],
    model: int,
    K: NDArray[np.float64],
    distortion: NDArray[np.float64],
) -> _Fit:
    points, pixels = _as_opencv(sightings)
    _, found_K, found_distortion, rotations, positions, deviations, _, residuals = cv2.calibrateCameraExtended(
        points, pixels, size_px, K.copy(), distortion.copy(), flags=_FIXED | model
    )
    poses = tuple(
        np.column_stack([cv2.Rodrigues(r)[0], t]).astype(np.float64) for r, t in zip(rotations, positions, strict=True)
    )
    residuals = np.asarray(residuals, np.float64).ravel()
    squares = sum(len(part) * residual**2 for part, residual in zip(points, residuals, strict=True))
    lens = (np.asarray(found_K, np.float64), np.ravel(found_distortion)[:5].astype(np.float64))
    return _Fit(*lens, poses, np.ravel(deviations).astype(np.float64), residuals, float(squares))


def _as_opencv(sightings: Sequence[Sighting]) -> tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]]:
    points = [sighting.points_m.astype(np.float32) for sighting in sightings]
    return points, [(sighting.pixels - 0.5).astype(np.float32) for sighting in sightings]


def _camera(fit: _Fit, pose: NDArray[np.float64]) -> Camera:
    K = fit.K.copy()
    K[:2, 2] += 0.5
    k1, k2, p1, p2, k3 = (float(term) for term in fit.distortion)
    return Camera(K, pose[:, :3], pose[:, 3], (k1, k2, p1, p2, k3))
