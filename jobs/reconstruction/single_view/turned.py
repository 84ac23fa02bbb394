"""An outline as that of a solid of revolution, seen from somewhat above.

A circle of radius r about the axis looks like an ellipse with half axes r and r * s, where s is the sine of the
elevation that it is seen from; the outline is the union of these ellipses over all heights. So the circle at each
height is the largest such ellipse that fits inside the outline: a morphological opening, in which the outline
survives whole if it is that of a solid of revolution seen so. A near camera looks more steeply onto the base than onto
the top, and sees the top larger.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from jobs.reconstruction.single_view.projection import Projection

Rows = NDArray[np.float64]

_HIGHEST_DEG = 55
"""Above this hardly anything of the profile is left in the outline."""
_FLAT, _FLAT_HIGHEST_DEG = 0.3, 45
"""What would be flatter than this share of its width (a plate, or an egg seen from the side?) is believed up to a
lower elevation only."""
_USUAL_DEG = 15
"""Taken where the outline does not tell the elevation, as that of a ball does not."""
_NEAREST_DEG = 20
"""Most by which base and top are believed to differ: a camera two and a half times the height away."""
_USUAL_DIFFERENCE_DEG = 10
_LOST, _LOST_SHARE = 0.006, 0.01
"""What the ellipses may leave out at one end: of the square of the largest half width, and of the area. A steeper
ellipse cannot reach into a corner: 0.21 of that square for each unit of s too many."""
_SMOOTHING_PX = 1.0
_TOUCHING, _RAGGED = 0.95, 0.014
"""An ellipse whose height is this share of what the end of the outline allows is taken to touch it, give or take how
ragged the outline may be there, of its width: a shadow under the rim, say."""
_THINNEST = 0.03


@dataclass(frozen=True)
class Turned:
    """A solid of revolution: `radii` (n,) at `projection.heights`, from the base up, in pixels at the base.

    `overlap`: IoU of the outline with that of this solid.
    """

    radii: Rows
    projection: Projection
    overlap: float


def fit_turned(mask: NDArray[np.bool_]) -> Turned:
    """The solid of revolution that this outline would be of, cut flat where neither base nor top is seen from the side.

    Args:
        mask: (h, w) the object, its axis in the middle; nothing of it in the first and last row.
    """
    half_width = mask.sum(axis=1) / 2  # the mean of both sides
    filled = np.flatnonzero(half_width)
    inside = np.s_[filled[0] : filled[-1] + 1]
    smooth = np.zeros_like(half_width)
    smooth[inside] = gaussian_filter1d(half_width[inside], _SMOOTHING_PX, mode="nearest")
    elevations_deg = _find_elevations(smooth)
    radii = _largest_ellipses(smooth, elevations_deg)
    top, base = _ends(half_width, radii, elevations_deg)
    across = np.abs(np.arange(mask.shape[1]) + 0.5 - mask.shape[1] / 2)
    solid = across < _union_of_ellipses(radii, elevations_deg)[:, None]
    overlap = float((mask & solid).sum() / (mask | solid).sum())
    rows = np.arange(base, top - 1, -1)
    projection = _project(rows, elevations_deg[rows], mask.shape[1] / 2)
    radii = radii[rows] / projection.scales
    thinnest = _THINNEST * 2 * radii.max()
    if projection.heights[-1] < thinnest:
        radii, projection = np.full(2, radii.max()), _of_a_disc(projection, thinnest)
    return Turned(radii, projection, overlap)


def _project(rows: NDArray[np.int64], elevations_deg: Rows, column: float) -> Projection:
    """Undo the foreshortening, and that the higher circles are nearer to the camera.

    The base is seen more steeply than the top by the angle between the rays to them, which is about their distance
    across the rays over that to the camera.
    """
    steepness = np.radians(elevations_deg)
    rise = np.concatenate([[0.0], np.cumsum(1 / np.cos((steepness[1:] + steepness[:-1]) / 2))])
    across = float(np.sum(np.cos(steepness[:-1]) * np.diff(rise)))
    nearness = np.sin(steepness.mean()) * (steepness[0] - steepness[-1]) / across if across > 0 else 0.0
    scales = 1 / (1 - nearness * rise)
    heights = np.concatenate([[0.0], np.cumsum(np.diff(rise) / ((scales[1:] + scales[:-1]) / 2))])
    return Projection(heights, rows.astype(np.float64) + 0.5, scales, elevations_deg, column)


def _of_a_disc(seen: Projection, height: float) -> Projection:
    """Too thin to show a side."""
    both = np.zeros(2)
    elevations_deg = both + seen.elevations_deg[0]
    return Projection(np.array([0.0, height]), both + seen.rows[0], both + 1, elevations_deg, seen.column)


def _find_elevations(half_width: Rows) -> Rows:
    """Elevation [deg] that the circle about each row (n,) is seen from, between those of base and top."""
    filled = np.flatnonzero(half_width)
    first, last = int(filled[0]), int(filled[-1])
    base_deg = _find_elevation(half_width, (first + last) // 2)
    top_deg = _find_elevation(half_width[::-1], len(half_width) - 1 - (first + last) // 2)
    if base_deg == _HIGHEST_DEG and top_deg < _HIGHEST_DEG:
        base_deg = top_deg + _USUAL_DIFFERENCE_DEG  # a rounded base does not tell
    top_deg = min(max(top_deg, base_deg - _NEAREST_DEG), base_deg)
    along = np.clip((np.arange(len(half_width)) - first) / max(last - first, 1), 0, 1)
    elevations_deg = top_deg + (base_deg - top_deg) * along
    top, base = _ends(half_width, _largest_ellipses(half_width, elevations_deg), elevations_deg)
    is_flat = base - top < _FLAT * 2 * half_width.max() * np.cos(np.radians(base_deg))
    if base_deg < (_FLAT_HIGHEST_DEG if is_flat else _HIGHEST_DEG):
        return elevations_deg
    return np.full(len(half_width), float(_USUAL_DEG))


def _find_elevation(half_width: Rows, start: int) -> int:
    """The highest elevation [deg] that is consistent with the outline from row `start` on: the flattest end there."""
    allowed = min(_LOST * half_width.max() ** 2, _LOST_SHARE * half_width[start:].sum())
    found = 0
    for elevation_deg in range(1, _HIGHEST_DEG + 1):
        everywhere = np.full(len(half_width), float(elevation_deg))
        covered = _union_of_ellipses(_largest_ellipses(half_width, everywhere), everywhere)
        if (half_width - covered)[start:].sum() > allowed:
            break
        found = elevation_deg
    return found


def _largest_ellipses(half_width: Rows, elevations_deg: Rows) -> Rows:
    """Half widths (n,) of the largest ellipses about the middle of each row that fit inside.

    Where an ellipse of half width r about row v passes row u, the square of its half width is r^2 - ((u - v) / s)^2.
    """
    squared = half_width[None, :] ** 2 + _squared_distances(elevations_deg)
    return np.where(half_width > 0, np.sqrt(squared.min(axis=1)), 0)


def _union_of_ellipses(radii: Rows, elevations_deg: Rows) -> Rows:
    """Half widths (n,) of what they cover."""
    squared = radii[:, None] ** 2 - _squared_distances(elevations_deg)
    return np.sqrt(np.maximum(squared.max(axis=0), 0))


def _squared_distances(elevations_deg: Rows) -> NDArray[np.float64]:
    """(n, n) of other rows (second axis) from the middles of circles (first axis), in the plane of the circles."""
    index = np.arange(len(elevations_deg), dtype=np.float64)
    sine = np.maximum(np.sin(np.radians(elevations_deg)), 1e-6)  # at 0 each row stands for itself
    return ((index[None, :] - index[:, None]) / sine[:, None]) ** 2


def _ends(half_width: Rows, radii: Rows, elevations_deg: Rows) -> tuple[int, int]:
    """Rows of the uppermost and the lowest circle that need to be there for the outline; the same for a disc."""
    filled = np.flatnonzero(half_width)
    first, last = int(filled[0]), int(filled[-1])
    rows, ragged = np.arange(first, last + 1), _RAGGED * 2 * half_width.max()
    reach = (radii * np.sin(np.radians(elevations_deg)))[rows]
    base = min([last, *rows[reach >= _TOUCHING * (last + 1 - rows) - ragged].tolist()])
    top = max([first, *rows[reach >= _TOUCHING * (rows - first + 1) - ragged].tolist()])
    middle = (top + base) // 2
    return (top, base) if top <= base else (middle, middle)
