"""Does a part run into the rest of the thing when it moves?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from manifold3d import Manifold
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation


@dataclass(frozen=True)
class Clearance:
    """A part and what it may run into, both in the object frame [m]."""

    part: Manifold
    rest: Manifold

    def overlap(self, T_object_moved: NDArray[np.float64]) -> float:
        """By how much more than at first the moved part runs into the rest, as part of its own volume: what is modelled
        without play overlaps a little already."""
        moved = self.part.transform(T_object_moved[:3])
        return (float((moved ^ self.rest).volume()) - self._at_first_m3) / float(self.part.volume())

    def slide(self, direction: NDArray[np.float64], ways_m: Iterable[float]) -> float:
        """The largest overlap on the way along a unit vector."""
        return max(self.overlap(translate(way_m * direction)) for way_m in ways_m)

    def turn(self, pivot_m: NDArray[np.float64], axis: NDArray[np.float64], angles: Iterable[float]) -> float:
        """The largest overlap on the way about an axis [rad]."""
        return max(self.overlap(turn(pivot_m, axis, angle)) for angle in angles)

    @cached_property
    def _at_first_m3(self) -> float:
        return float((self.part ^ self.rest).volume())


def translate(offset_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4, 4)"""
    moved = np.eye(4)
    moved[:3, 3] = offset_m
    return moved


def turn(pivot_m: NDArray[np.float64], axis: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    """(4, 4) about an axis through a pivot, counter-clockwise."""
    moved = np.eye(4)
    moved[:3, :3] = Rotation.from_rotvec(angle * axis).as_matrix()
    moved[:3, 3] = pivot_m - moved[:3, :3] @ pivot_m
    return moved
