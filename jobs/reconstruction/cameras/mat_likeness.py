"""Which pixels of a photo look like the mat's print, and which cover it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.mat import Mat
from jobs.reconstruction.cameras.shot import Shot

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

_MOST_PX_PER_MM = 4
_LEAST_SQUARE_PX = 8.0
_WINDOW = 0.2
"""Deviation of the window in which photo and print are compared, of a square's side: some pattern is in each."""
_SURE, _UNLIKE = 0.85, 0.65
"""Correlation above which a window shows nothing but the mat, and below which it mostly shows something else."""
_LEAST_CONTRAST, _LEAST_STEP = 0.12, 8.0
_TOLERANCE = 0.2
"""Difference from the print's black and white, in the light there, of the step between them."""
_GAP, _SPOT = 0.16, 0.7
"""Reach over which covered spots grow together, and the largest hole in them that is filled, of a square's side: an
object may well be black on black."""


@dataclass(frozen=True)
class Likeness:
    """Masks (h, w). `board`: the mat's place. `like`: the mat and nothing on it. `covered`: it, but not its looks.

    `white` (3,): the paper's brightness in this photo, 0 to 255.
    """

    board: Mask
    like: Mask
    covered: Mask
    white: NDArray[np.float64]


def homography(shot: Shot, mat: Mat, px_per_mm: float, margin_mm: float = 0.0) -> NDArray[np.float64]:
    """(3, 3) from pixels of the board's picture, with a margin around it, to pixels of the photo, OpenCV's both."""
    width_mm, height_mm = mat.board_mm
    m_per_px = 1 / (1000 * px_per_mm)
    left, top = -width_mm / 2000 - margin_mm / 1000, height_mm / 2000 + margin_mm / 1000
    to_world = np.array(
        [[m_per_px, 0, left + m_per_px / 2], [0, -m_per_px, top - m_per_px / 2], [0, 0, 0], [0, 0, 1.0]]
    )
    camera = shot.camera
    projection = camera.K @ np.column_stack([camera.R_camera_world, camera.t_camera_world])
    return np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]]) @ projection @ to_world


def compare(shot: Shot, mat: Mat) -> Likeness:
    """Fit the print's black and white to the light at each place, and see what does not fit.

    A shadow darkens both and leaves the pattern, so it is still the mat.
    """
    printed, board = _expect(shot, mat)
    square_px = mat.square_mm * np.sqrt(np.count_nonzero(board) / (mat.board_mm[0] * mat.board_mm[1]))
    nothing = np.zeros(board.shape, np.bool_)
    if square_px < _LEAST_SQUARE_PX:
        return Likeness(board, nothing, nothing, np.full(3, 255.0))
    photo = shot.rgb.astype(np.float32)
    light = _fit_light(photo, printed, board.astype(np.float32), _WINDOW * square_px)
    if not light.sure.any():
        return Likeness(board, nothing, nothing, np.full(3, 255.0))
    height, width = board.shape
    alike, black, step = (_resize(plane, width, height) for plane in (light.alike, light.black, light.step))
    differs = board & (_difference(photo, printed, black, step) > _TOLERANCE)
    differs = cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)) > 0
    covered = _grow_together(differs & (alike < _SURE), _GAP * square_px)
    covered = _fill_spots(covered, (_SPOT * square_px) ** 2) & board & (differs | (alike < _SURE))
    like = board & ~covered & ~differs & (alike > _UNLIKE)
    like = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    white = np.median((light.black + light.step)[light.sure], axis=0)
    return Likeness(board, like, covered, white.astype(np.float64))


def _expect(shot: Shot, mat: Mat) -> tuple[Plane, Mask]:
    """The print (h, w) as the camera would see it, black 0 and white 1, and where the board is."""
    size = (shot.rgb.shape[1], shot.rgb.shape[0])
    distance_mm = 1000 * float(np.linalg.norm(shot.camera.position))
    px_per_mm = int(np.clip(round(shot.camera.focal_px / distance_mm), 1, _MOST_PX_PER_MM))
    H = homography(shot, mat, px_per_mm)
    design = mat.print_at(px_per_mm)
    seen = cv2.GaussianBlur(cv2.warpPerspective(design, H, size), (0, 0), 0.8).astype(np.float32) / np.float32(255)
    board = cv2.warpPerspective(np.full_like(design, 255), H, size) == 255
    return np.asarray(seen, np.float32), cv2.erode(board.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0


@dataclass(frozen=True)
class _Light:
    """At a size that the window asks for: `alike` (h, w), the correlation of photo and print; `sure` (h, w), where
    nothing but the mat is seen; `black` and `step` (h, w, 3), the brightness of black and from there to white."""

    alike: Plane
    sure: Mask
    black: Plane
    step: Plane


def _fit_light(photo: Plane, printed: Plane, board: Plane, sigma: float) -> _Light:
    """Regression of the photo on the print in Gaussian windows, carried on from where only the mat is seen."""
    scale = max(1, int(sigma / 3))
    height, width = board.shape
    size, sigma = (-(-width // scale), -(-height // scale)), sigma / scale

    def mean(plane: NDArray[np.floating]) -> Plane:
        return _blur(_resize(plane, *size), sigma)

    total = np.maximum(mean(board), 1e-6)
    mean_print = mean(printed * board) / total
    spread_print = np.maximum(mean(printed * printed * board) / total - mean_print**2, 0)
    grey = photo.mean(axis=2, dtype=np.float32)
    mean_grey = mean(grey * board) / total
    spread_grey = np.maximum(mean(grey * grey * board) / total - mean_grey**2, 0)
    covariance = mean(grey * printed * board) / total - mean_grey * mean_print
    alike = covariance / np.sqrt(spread_grey * spread_print + 1e-3)
    sure = (_resize(board, *size) > 0.99) & (alike > _SURE) & (spread_print > _LEAST_CONTRAST**2)
    mean_photo = mean(photo * board[..., None]) / total[..., None]
    joint = mean(photo * (printed * board)[..., None]) / total[..., None]
    step = (joint - mean_photo * mean_print[..., None]) / np.maximum(spread_print, 1e-3)[..., None]
    black = mean_photo - step * mean_print[..., None]
    if sure.any():
        black, step = (_carry(plane, sure.astype(np.float32), sigma) for plane in (black, step))
    return _Light(alike.astype(np.float32), sure, black, np.maximum(step, _LEAST_STEP))


def _carry(values: Plane, known: Plane, sigma: float) -> Plane:
    """Known values spread into the unknown, from near where possible."""
    found = np.zeros_like(values)
    missing = np.ones(known.shape, np.float32)
    for reach in (1.0, 3.0, 9.0):
        weight = _blur(known, reach * sigma)
        near = _blur(values * known[..., None], reach * sigma) / np.maximum(weight, 1e-6)[..., None]
        share = missing * np.clip(weight / 0.05, 0, 1)
        found += near * share[..., None]
        missing -= share
    average = values[known > 0].mean(axis=0)
    return (found + missing[..., None] * average).astype(np.float32)


def _difference(photo: Plane, printed: Plane, black: Plane, step: Plane) -> Plane:
    """Largest over the channels, beyond what a pixel of misplacement explains."""
    least, most = (how(printed, np.ones((3, 3), np.uint8))[..., None] for how in (cv2.erode, cv2.dilate))
    beyond = np.maximum(black + step * least - photo, photo - black - step * most) / step
    return beyond.max(axis=2)


def _grow_together(spots: Mask, reach: float) -> Mask:
    size = 2 * max(1, round(reach)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return cv2.morphologyEx(spots.astype(np.uint8), cv2.MORPH_CLOSE, disc) > 0


def _fill_spots(mask: Mask, area: float) -> Mask:
    """With enclosed spots smaller than `area` [px]: where an object happens to look like the mat below it."""
    filled = mask.copy()
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    small = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] < area)
    filled[np.isin(labels, small)] = True
    return filled


def _resize(plane: NDArray[np.floating], width: int, height: int) -> Plane:
    shrinks = plane.shape[1] > width
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(plane, (width, height), interpolation=how), np.float32)


def _blur(plane: Plane, sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REFLECT), np.float32)
