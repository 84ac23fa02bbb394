"""What photos on a mat know about the silhouette before anybody looks for one.

Each photo tells where it shows the mat or the table. What most photos see past cannot be the object, so the rest of
space bounds where the object can be in each photo, also before a background that nothing is known about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from jobs.reconstruction.cameras.mat import Mat
from jobs.reconstruction.cameras.mat_likeness import compare
from jobs.reconstruction.cameras.mat_surroundings import find_surroundings
from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.hint import BACKGROUND, OBJECT, UNSURE

Points = NDArray[np.float32]

_ACROSS = 40
"""Cells along the shorter side of the space that is looked at; the second time, of what was left of it."""
_HEIGHT = 1.3
"""Of that space, of the board's longer side."""
_LEAST_DENIALS, _DENIALS = 2, 0.1
"""Photos, at least and as a share, that must see past a cell before it is empty: one may be wrong."""
_MARGIN_CELLS, _HALF_DIAGONAL = 1.5, 0.87


def hint_by_mat(shots: Sequence[Shot], mat: Mat) -> list[NDArray[np.uint8]]:
    """For each shot a hint (h, w), see `Shot.hint`; poses are in the mat's frame."""
    likenesses = map_in_threads(lambda shot: compare(shot, mat), shots)
    tables = find_surroundings(shots, likenesses, mat)
    witnesses = [
        _Witness(shot, likeness.like | (table & ~likeness.board), likeness.covered)
        for shot, likeness, table in zip(shots, likenesses, tables, strict=True)
    ]
    cells, cell_m = _occupied(witnesses, mat)
    return map_in_threads(lambda witness: _hint(witness, cells, cell_m), witnesses)


@dataclass(frozen=True)
class _Witness:
    """Masks (h, w): `past`, where the photo shows mat or table, so nothing stands before them; `covered`, where it
    shows something on the mat."""

    shot: Shot
    past: NDArray[np.bool_]
    covered: NDArray[np.bool_]


def _hint(witness: _Witness, cells: Points, cell_m: float) -> NDArray[np.uint8]:
    hint = np.full(witness.past.shape, UNSURE, np.uint8)
    hint[witness.covered] = OBJECT
    hint[witness.past | ~_project(witness.shot, cells, _MARGIN_CELLS * cell_m)] = BACKGROUND
    return hint


def _occupied(witnesses: Sequence[_Witness], mat: Mat) -> tuple[Points, float]:
    """Middles (n, 3) of the cells above the board that too few photos see past, and their side [m]."""
    width_m, length_m = (side / 1000 for side in mat.board_mm)
    low = np.array([-width_m / 2, -length_m / 2, 0])
    high = np.array([width_m / 2, length_m / 2, _HEIGHT * max(width_m, length_m)])
    cells, cell_m = _sift(witnesses, low, high)
    if not len(cells):
        return cells, cell_m
    low, high = cells.min(axis=0) - cell_m, cells.max(axis=0) + cell_m
    return _sift(witnesses, np.maximum(low, [-np.inf, -np.inf, 0]), high)


def _sift(witnesses: Sequence[_Witness], low: Points, high: Points) -> tuple[Points, float]:
    cell_m = float((high - low)[:2].min()) / _ACROSS
    counts = np.maximum(np.ceil((high - low) / cell_m), 1).astype(int)
    index = np.stack(np.meshgrid(*(np.arange(count) for count in counts), indexing="ij"), axis=-1).reshape(-1, 3)
    cells = (low + cell_m * (index + 0.5)).astype(np.float32)
    told = map_in_threads(lambda witness: _testify(witness, cells, cell_m), witnesses)
    denials = np.sum([past for past, _ in told], axis=0, dtype=np.int32)
    votes = np.sum([covered for _, covered in told], axis=0, dtype=np.int32)
    occupied = denials < max(_LEAST_DENIALS, round(_DENIALS * len(witnesses)))
    return cells[_likeliest_part(occupied.reshape(counts), votes.reshape(counts)).reshape(-1)], cell_m


def _likeliest_part(occupied: NDArray[np.bool_], votes: NDArray[np.int32]) -> NDArray[np.bool_]:
    """The connected part with most of the votes: away from the mat, cells are left over that no photo sees past."""
    labels = np.zeros(occupied.shape, np.int32)
    label(occupied, np.ones((3, 3, 3)), output=labels)
    if labels.max() < 2:
        return occupied
    sums = np.bincount(labels.reshape(-1), votes.reshape(-1))
    sums[0] = -1
    return labels == np.argmax(sums)


def _testify(witness: _Witness, cells: Points, cell_m: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each cell (n,): whether all of it lies before mat or table, and whether it lies before what covers them."""
    shot = witness.shot
    farthest = cv2.distanceTransform(witness.past.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3)
    u, v, depth = shot.camera.project(cells)
    height, width = farthest.shape
    x, y = np.floor(u).astype(np.int64), np.floor(v).astype(np.int64)
    visible = (depth > 0) & (x >= 0) & (y >= 0) & (x < width) & (y < height)
    x, y = np.where(visible, x, 0), np.where(visible, y, 0)
    half_px = _HALF_DIAGONAL * cell_m * shot.camera.focal_px / np.maximum(depth, cell_m)
    return visible & (farthest[y, x] > half_px), visible & witness.covered[y, x]


def _project(shot: Shot, cells: Points, reach_m: float) -> NDArray[np.bool_]:
    """Pixels (h, w) within `reach_m` of a cell."""
    height, width = shot.rgb.shape[:2]
    near = np.zeros((height, width), np.uint8)
    if not len(cells):
        return near > 0
    u, v, depth = shot.camera.project(cells)
    radius = reach_m * shot.camera.focal_px / float(np.median(np.maximum(depth, 1e-6)))
    inside = (depth > 0) & (u >= 0) & (v >= 0) & (u < width) & (v < height)
    near[v[inside].astype(int), u[inside].astype(int)] = 1
    away = cv2.distanceTransform(1 - near, cv2.DIST_L2, cv2.DIST_MASK_3) if near.any() else np.full(near.shape, np.inf)
    return np.asarray(away <= max(radius, 1.0))
