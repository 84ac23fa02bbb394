"""Parts that slide: drawers, trays and racks sit in the base, and one way out is open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from manifold3d import Manifold
from numpy.typing import NDArray

from jobs.simready.articulation.clearance import Clearance

_WAY_OUT = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
_A_LITTLE = (0.02, 0.05, 0.1, 0.15)
"""Of the part's extent in that direction."""
_TRAVEL = 0.8
"""A drawer pulled out by four fifths of what is inside still rests on its runners."""
_INSIDE = 0.5


@dataclass(frozen=True)
class Slide:
    """A unit vector and how far the part may move along it [m]."""

    direction: NDArray[np.float64]
    travel_m: float


def find_slide(part: Manifold, base: Manifold, axes: NDArray[np.float64], max_overlap: float) -> Slide | None:
    """The way out of a part that the base encloses: the only one of six directions in which it does not run into it.

    Args:
        part: What may slide [m].
        base: What it may slide in [m].
        axes: (3, 3) rows: the directions to try, both ways.
        max_overlap: See `JointSettings`.
    """
    hull = base.hull()
    if float((part.hull() ^ hull).volume()) < _INSIDE * float(part.hull().volume()):
        return None
    clearance = Clearance(part, base)
    corners_m = np.asarray(part.to_mesh64().vert_properties, np.float64)[:, :3]
    ways: list[Slide] = []
    for axis in axes:
        extent_m = float(np.ptp(corners_m @ axis))
        for direction in (axis, -axis):
            if clearance.slide(direction, (share * extent_m for share in _A_LITTLE)) > max_overlap:
                continue
            if clearance.slide(direction, (share * extent_m for share in _WAY_OUT)) > max_overlap:
                return None  # play in a direction that leads nowhere: it is not held
            ways.append(Slide(direction, _TRAVEL * _depth_m(corners_m, hull, direction)))
    return ways[0] if len(ways) == 1 else None


def _depth_m(corners_m: NDArray[np.float64], hull: Manifold, direction: NDArray[np.float64]) -> float:
    """How far the part reaches into the base, against the way out."""
    mouth_m = float((np.asarray(hull.to_mesh64().vert_properties, np.float64)[:, :3] @ direction).max())
    return mouth_m - float((corners_m @ direction).min())
