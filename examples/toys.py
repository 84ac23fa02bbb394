"""Three toys as coloured convex solids: what `make_turntable.py` photographs.

Object frame: metres, Z up, standing on z = 0, origin below the middle of the base.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import trimesh
from numpy.typing import NDArray

Points = NDArray[np.float64]
Colour = tuple[float, float, float]

MM = 1e-3
YELLOW: Colour = (0.95, 0.66, 0.05)
ORANGE: Colour = (0.86, 0.30, 0.04)
BLACK: Colour = (0.05, 0.05, 0.06)
GREEN: Colour = (0.05, 0.33, 0.24)
OCHRE: Colour = (0.80, 0.55, 0.20)
RED: Colour = (0.65, 0.10, 0.09)
PINE: Colour = (0.74, 0.52, 0.30)
WALNUT: Colour = (0.33, 0.19, 0.11)
BLUE: Colour = (0.13, 0.29, 0.52)


@dataclass(frozen=True)
class Part:
    """A convex solid of one colour. `vertices` (n, 3) [m], `faces` (m, 3), outward."""

    vertices: Points
    faces: NDArray[np.int64]
    rgb: Colour


@dataclass(frozen=True)
class Toy:
    """A name, a key of the material table, what it weighs if that is not the material's density, and its parts."""

    name: str
    material: str
    mass_kg: float | None
    parts: tuple[Part, ...]

    @property
    def extents_m(self) -> Points:
        """(3,) size of the axis-aligned bounding box."""
        return np.ptp(np.concatenate([part.vertices for part in self.parts]), axis=0)


def make_toys() -> tuple[Toy, ...]:
    return (
        Toy("duck", "abs_plastic", None, _duck()),
        Toy("tea_tin", "steel", 0.14, _tea_tin()),
        Toy("toy_house", "wood", None, _toy_house()),
    )


def _duck() -> tuple[Part, ...]:
    return (
        _solid(_above_ground(_ellipsoid((0, 0, 21), (36, 25, 23))), YELLOW),
        _solid(_ellipsoid((-29, 0, 33), (14, 11, 7), pitch=32), YELLOW),
        *(_solid(_ellipsoid((-4, side * 22.5, 25), (19, 4.5, 10), pitch=12), OCHRE) for side in (-1, 1)),
        _solid(_ellipsoid((17, 0, 50), (17, 16.5, 16.5)), YELLOW),
        _solid(_ellipsoid((35, 0, 47), (9, 9, 3.2), pitch=8), ORANGE),
        *(_solid(_ellipsoid((27.5, side * 10.5, 55), (2.8, 2.8, 2.8)), BLACK) for side in (-1, 1)),
    )


def _tea_tin() -> tuple[Part, ...]:
    stripes = tuple(
        _solid(_turned(((0, 12), (27.4, 12), (27.4, 38), (0, 38)), start, start + 22.5), colour)
        for k, start in enumerate(np.arange(0, 360, 22.5))
        for colour in ((OCHRE, RED)[k % 2],)
    )
    return (
        _solid(_turned(((25, 0), (27, 2), (27, 50), (25, 52))), GREEN),
        *stripes,
        _solid(_turned(((28.2, 48), (28.2, 60), (26, 63))), RED),
        _solid(_turned(((6, 62), (8, 68), (6, 71))), OCHRE),
    )


def _toy_house() -> tuple[Part, ...]:
    roof = np.array([[x, y, z] for x in (-27, 27) for y, z in ((-24, 36), (-24, 39), (24, 36), (24, 39), (0, 60))])
    return (
        _solid(_box((0, 0, 18.5), (48, 40, 37)), PINE),
        _solid(roof * MM, RED),
        _solid(_box((13, -11, 54), (9, 9, 18)), WALNUT),
        _solid(_box((0, -20, 11), (12, 1.6, 22)), WALNUT),
        _solid(_box((6, 20, 12), (12, 1.6, 24)), WALNUT),
        *(_solid(_box((x, y, 22), (10, 1.6, 10)), BLUE) for x, y in ((-15.5, -20), (15.5, -20), (-12, 20))),
        *(_solid(_box((side * 24, 4, 21), (1.6, 14, 12)), BLUE) for side in (-1, 1)),
    )


def _solid(points: Points, rgb: Colour) -> Part:
    hull = trimesh.convex.convex_hull(points)
    return Part(np.asarray(hull.vertices), np.asarray(hull.faces), rgb)


def _ellipsoid(centre_mm: Iterable[float], radii_mm: Iterable[float], pitch: float = 0.0) -> Points:
    """Points on an ellipsoid whose +x end is lowered by `pitch` degrees; (n, 3) [m]."""
    tilt = np.asarray(trimesh.transformations.rotation_matrix(np.radians(pitch), (0, 1, 0)))[:3, :3]
    return ((_sphere() * tuple(radii_mm)) @ tilt.T + tuple(centre_mm)) * MM


@cache
def _sphere() -> Points:
    return np.asarray(trimesh.creation.icosphere(subdivisions=4).vertices)


def _above_ground(points: Points) -> Points:
    return np.maximum(points, (-np.inf, -np.inf, 0.0))


def _turned(outline_mm: Iterable[tuple[float, float]], start: float = 0.0, end: float = 360.0) -> Points:
    """A (radius, height) outline turned about the vertical from `start` to `end` degrees; (n, 3) [m]."""
    steps = max(2, round((end - start) / 2.5) + 1)
    angles = np.radians(np.linspace(start, end, steps))
    return np.array([(r * np.cos(a), r * np.sin(a), z) for r, z in outline_mm for a in angles]) * MM


def _box(centre_mm: Iterable[float], size_mm: Iterable[float]) -> Points:
    corners = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    return (corners * tuple(size_mm) + tuple(centre_mm)) * MM
