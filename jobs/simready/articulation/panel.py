"""Parts that are boards: doors, lids, flaps and screens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.typing import NDArray

_THIN = 0.35
"""Thickness of a board, handles included, as part of its shorter side."""
_SLICES = 48
_FULL = 0.5


@dataclass(frozen=True)
class Panel:
    """A board's box. `axes` (3, 3), rows: along its sides, and `normal` across it, which looks away from the base;
    `low_m` and `high_m` (3,) along them. `handle` (2,): where what stands out on that side lies, from -1 to 1 along
    either side; None if nothing does."""

    axes: NDArray[np.float64]
    low_m: NDArray[np.float64]
    high_m: NDArray[np.float64]
    handle: NDArray[np.float64] | None

    @property
    def normal(self) -> NDArray[np.float64]:
        return self.axes[2]

    @property
    def thickness_m(self) -> float:
        return float(self.high_m[2] - self.low_m[2])

    def point(self, along: NDArray[np.float64]) -> NDArray[np.float64]:
        """(3,) in the object frame, of coordinates [m] along the axes."""
        return along @ self.axes


def find_panel(part: Manifold, base: Manifold, axes: NDArray[np.float64]) -> Panel | None:
    """The board that a part is; None if it is too thick for one.

    Args:
        part: Object frame [m].
        base: On whose side the back is.
        axes: (3, 3) rows: the directions that the part is built along.
    """
    extents_m = np.ptp(_corners(part) @ axes.T, axis=0)
    thin, short, _ = np.argsort(extents_m, kind="stable")
    if extents_m[thin] > _THIN * extents_m[short]:
        return None
    normal = axes[thin] * np.sign(axes[thin] @ (_middle(part) - _middle(base)) or 1.0)
    frame = np.stack([axes[short], np.cross(normal, axes[short]), normal])
    lying = part.transform(np.column_stack([frame, np.zeros(3)]))
    low_m, high_m = np.array(lying.bounding_box()).reshape(2, 3)
    back_m, front_m = _board(lying, low_m[2], high_m[2])
    board = lying.trim_by_plane((0, 0, 1), back_m).trim_by_plane((0, 0, -1), -front_m)
    low_m, high_m = np.array(board.bounding_box()).reshape(2, 3)
    return Panel(frame, low_m, high_m, _find_handle(lying, low_m, high_m))


def _board(lying: Manifold, bottom_m: float, top_m: float) -> tuple[float, float]:
    """From where to where along z its outline is at least half as large as its largest."""
    heights_m = bottom_m + (np.arange(_SLICES) + 0.5) / _SLICES * (top_m - bottom_m)
    areas_m2 = np.array([_outline(lying.slice(float(height_m))) for height_m in heights_m])
    full = np.flatnonzero(areas_m2 >= _FULL * areas_m2.max())
    half_m = (top_m - bottom_m) / _SLICES / 2
    return float(heights_m[full[0]] - half_m), float(heights_m[full[-1]] + half_m)


def _outline(section: CrossSection) -> float:
    return 0.0 if section.is_empty() else float(section.hull().area())


def _find_handle(
    lying: Manifold, low_m: NDArray[np.float64], high_m: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """(2,) The middle of what stands out in front of the board, and of the slice within which its face is known."""
    bottom_m, top_m = lying.bounding_box()[2::3]
    handle = lying.trim_by_plane((0, 0, 1), float(high_m[2] + (top_m - bottom_m) / _SLICES))
    if handle.is_empty() or handle.volume() <= 0:
        return None
    low, high = np.array(handle.bounding_box()).reshape(2, 3)[:, :2]
    return (low + high - low_m[:2] - high_m[:2]) / (high_m[:2] - low_m[:2])


def _corners(solid: Manifold) -> NDArray[np.float64]:
    return np.asarray(solid.to_mesh64().vert_properties, np.float64)[:, :3]


def _middle(solid: Manifold) -> NDArray[np.float64]:
    return np.array(solid.bounding_box()).reshape(2, 3).mean(axis=0)
