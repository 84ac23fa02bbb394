"""Convex hulls of few vertices."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from manifold3d import Manifold
from numpy.typing import NDArray

_TRIALS = 60
_NEXT_TO_NOTHING = 1e-6


def make_hulls(points_m: Iterable[NDArray[np.float64]]) -> tuple[Manifold, ...]:
    """One convex solid per set of points (n, 3) [m]; those that span next to no volume are left out, for simulators
    do not take flat hulls."""
    hulls = [Manifold.hull_points(points) for points in points_m]
    least_m3 = _NEXT_TO_NOTHING * max((hull.volume() for hull in hulls), default=0.0)
    return tuple(hull for hull in hulls if hull.volume() > least_m3)


def limit_vertices(hull: Manifold, max_vertices: int) -> Manifold:
    """The hull of at most `max_vertices` of a hull's vertices, chosen so that little volume is lost.

    The vertices are those farthest along directions spread over the sphere, which keeps every sharp corner first; more
    directions are taken for as long as they name few enough vertices.
    """
    if hull.num_vert() <= max_vertices:
        return hull
    points = vertices_of(hull)
    kept = np.unique((points @ _directions(4).T).argmax(axis=0))
    for count in np.unique(np.geomspace(4, 8 * max_vertices, _TRIALS).astype(int)).tolist():
        more = np.unique((points @ _directions(count).T).argmax(axis=0))
        if len(kept) < len(more) <= max_vertices:
            kept = more
    return Manifold.hull_points(points[kept])


def restore_volume(limited: Manifold, hull: Manifold) -> Manifold:
    """The limited hull, grown about its middle to the volume of the hull that it came from.

    Half of the error inside the surface and half outside is smaller than all of it inside.
    """
    points = vertices_of(limited)
    middle = points.mean(axis=0)
    growth = np.cbrt(hull.volume() / limited.volume())
    return Manifold.hull_points(middle + growth * (points - middle))


def vertices_of(solid: Manifold) -> NDArray[np.float64]:
    """(n, 3) [m]"""
    return np.asarray(solid.to_mesh64().vert_properties, np.float64)[:, :3]


def _directions(count: int) -> NDArray[np.float64]:
    """(count, 3) unit vectors along a Fibonacci spiral. Source: Gonzalez 2010, "Measurement of areas on a sphere"."""
    index = np.arange(count) + 0.5
    z = 1 - 2 * index / count
    angle = np.pi * (1 + 5**0.5) * index
    ring = np.sqrt(1 - z * z)
    return np.stack([ring * np.cos(angle), ring * np.sin(angle), z], axis=1)
