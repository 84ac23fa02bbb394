"""Parts that turn: boards that hang on one of their edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from manifold3d import Manifold
from numpy.typing import NDArray

from jobs.simready.articulation.clearance import Clearance
from jobs.simready.articulation.panel import Panel

_STEPS_DEG = (3, 8, 15, 30, 45, 60, 75, 90, 105, 120, 135)
_OPENS_DEG = 60
"""What turns less is no door or lid."""
_NEAR = 1.0
"""Thicknesses between a hinge and the base."""
_ASIDE = 0.4
"""Where a handle must lie at least, from the middle (0) to the edge (1), to tell the edge on which it is."""


@dataclass(frozen=True)
class Hinge:
    """An axis through a pivot, and from where to where the part may turn about it, counter-clockwise [rad]. `edge`:
    which side of the board it is, 0 or 1, and which end of it, -1 or 1."""

    pivot_m: NDArray[np.float64]
    axis: NDArray[np.float64]
    lower: float
    upper: float
    edge: tuple[int, int]


def find_hinges(part: Manifold, base: Manifold, panel: Panel, max_overlap: float) -> tuple[Hinge, ...]:
    """Every edge of a board near the base about which it opens without running into it: away from the base that is
    behind it, either way if the base is beyond one of its edges.

    The axis lies in the middle of the board's thickness and half of that inside its edge, as a barrel hinge does.
    """
    clearance, held = Clearance(part, base), _blocked_inwards(part, base, panel, max_overlap)
    hinges: list[Hinge] = []
    for pivot_m, axis, edge in _edges(panel):
        if _gap_m(pivot_m, axis, panel, base, edge) > _NEAR * panel.thickness_m:
            continue
        opens = _opening(clearance, pivot_m, axis, max_overlap)
        closes = 0.0 if held else _opening(clearance, pivot_m, -axis, max_overlap)
        if max(opens, closes) >= np.deg2rad(_OPENS_DEG):
            hinges.append(Hinge(pivot_m, axis, 0.0 - closes, opens, edge))
    return tuple(hinges)


def opposite_the_handle(hinges: tuple[Hinge, ...], panel: Panel) -> tuple[Hinge, ...]:
    """Those on the far side of a handle that clearly lies aside; all of them where none does."""
    if panel.handle is None:
        return hinges
    side = int(np.abs(panel.handle).argmax())
    if abs(panel.handle[side]) < _ASIDE:
        return hinges
    return tuple(hinge for hinge in hinges if hinge.edge == (side, -int(np.sign(panel.handle[side]))))


def _edges(panel: Panel) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], tuple[int, int]]]:
    """Pivot, axis and name of each edge; a positive turn moves the board's middle along its normal."""
    middle_m, half_m = (panel.low_m + panel.high_m) / 2, panel.thickness_m / 2
    for side in (0, 1):
        for end in (-1, 1):
            along = middle_m.copy()
            along[side] = panel.high_m[side] - half_m if end > 0 else panel.low_m[side] + half_m
            inwards = -end * panel.axes[side]
            yield panel.point(along), np.asarray(np.cross(inwards, panel.normal), np.float64), (side, end)


def _gap_m(
    pivot_m: NDArray[np.float64], axis: NDArray[np.float64], panel: Panel, base: Manifold, edge: tuple[int, int]
) -> float:
    """Between the base and a rod along the hinge, half as thick as the board."""
    along = 1 - edge[0]
    length_m, radius_m = float(panel.high_m[along] - panel.low_m[along]), panel.thickness_m / 4
    rod = Manifold.hull_points(
        np.array(
            [
                pivot_m + end * length_m / 2 * axis + x * radius_m * panel.axes[edge[0]] + z * radius_m * panel.normal
                for end in (-1, 1)
                for x in (-1, 1)
                for z in (-1, 1)
            ]
        )
    )
    return float(rod.min_gap(base, 4 * _NEAR * panel.thickness_m))


def _blocked_inwards(part: Manifold, base: Manifold, panel: Panel, max_overlap: float) -> bool:
    """Whether the base is behind the board, rather than beyond one of its edges."""
    ways_m = (share * panel.thickness_m for share in (0.5, 1.0, 2.0))
    return Clearance(part, base).slide(-panel.normal, ways_m) > max_overlap


def _opening(
    clearance: Clearance, pivot_m: NDArray[np.float64], axis: NDArray[np.float64], max_overlap: float
) -> float:
    """The last of the steps before it runs into the base [rad]."""
    opened = 0.0
    for angle in np.deg2rad(_STEPS_DEG):
        if clearance.turn(pivot_m, axis, [angle]) > max_overlap:
            break
        opened = float(angle)
    return opened
