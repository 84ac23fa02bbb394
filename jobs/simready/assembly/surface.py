"""The level surfaces of a scene: they stand still, and carry things."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.layout import SupportPlane
from jobs.simready.assembly.footprint import Footprint

FLOOR, TABLE = "floor", "table"
_FLOOR_THICKNESS_M = 0.1


@dataclass(frozen=True)
class Surface:
    """A slab: the top is `plane`, the bottom `thickness_m` below it."""

    plane: SupportPlane
    thickness_m: float

    @property
    def name(self) -> str:
        return self.plane.name

    @property
    def height_m(self) -> float:
        return self.plane.height_m

    @property
    def middle_m(self) -> NDArray[np.float64]:
        """(3,) of the whole slab."""
        x_m, y_m = (np.array(self.plane.low_m) + self.plane.high_m) / 2
        return np.array([x_m, y_m, self.height_m - self.thickness_m / 2])

    @property
    def size_m(self) -> NDArray[np.float64]:
        """(3,) edges."""
        return np.array([*(np.array(self.plane.high_m) - self.plane.low_m), self.thickness_m])

    @property
    def footprint(self) -> Footprint:
        (low_x, low_y), (high_x, high_y) = self.plane.low_m, self.plane.high_m
        return Footprint(np.array([[low_x, low_y], [high_x, low_y], [high_x, high_y], [low_x, high_y]]))

    def reaches_under(self, footprint: Footprint) -> bool:
        """Whether it lies under a part of it, or over it."""
        return bool((footprint.high_m >= self.plane.low_m).all() and (footprint.low_m <= self.plane.high_m).all())


def make_table(size_m: tuple[float, float], height_m: float) -> Surface:
    """A block with its top at z = 0, centred, that reaches down to the floor."""
    return Surface(_centred(TABLE, size_m, 0.0), height_m)


def make_floor(size_m: tuple[float, float], height_m: float) -> Surface:
    return Surface(_centred(FLOOR, size_m, height_m), _FLOOR_THICKNESS_M)


def find_below(surfaces: tuple[Surface, ...], footprint: Footprint, lowest_m: float = np.inf) -> Surface:
    """The highest surface under a footprint that is no higher than `lowest_m`; the last one, the floor, if none is."""
    below = [surface for surface in surfaces if surface.reaches_under(footprint) and surface.height_m <= lowest_m]
    return max(below, key=lambda surface: surface.height_m, default=surfaces[-1])


def _centred(name: str, size_m: tuple[float, float], height_m: float) -> SupportPlane:
    x_m, y_m = size_m[0] / 2, size_m[1] / 2
    return SupportPlane(name=name, height_m=height_m, low_m=(-x_m, -y_m), high_m=(x_m, y_m))
