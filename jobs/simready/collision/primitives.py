"""Boxes, spheres, cylinders and capsules in the place of hulls that hardly differ from them.

A primitive is exact where a hull of few vertices is faceted, and costs a simulator less. It is fitted by moments, not
circumscribed: equal volume and second moments, so that a scan's bumps do not blow it up.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import trimesh
from manifold3d import Manifold
from numpy.typing import NDArray
from scipy.optimize import brentq

from jobs.geometry.closed import from_manifold
from jobs.simready.collision.shape import PrimitiveKind, Shape, make_primitive
from jobs.simready.physics.mass import compute_mass_properties

_EXTENT_SLACK = 0.1
"""A primitive whose extents differ by more from the hull's is not looked at any closer."""

Candidate = tuple[PrimitiveKind, tuple[float, ...], NDArray[np.float64]]
"""Kind and size of a primitive, and its axes (3, 3) as columns."""


def fit_primitive(hull: Manifold, least_iou: float) -> tuple[Shape, Manifold] | None:
    """The primitive most like a convex solid [m], with its tessellated solid; None if none shares `least_iou`.

    Boxes win ties, then spheres: what comes first in `_candidates`.
    """
    mesh = from_manifold(hull)
    points_m = np.asarray(mesh.vertices, np.float64)
    whole = compute_mass_properties(mesh, 1.0)
    best_iou, best = least_iou, None
    for kind, size_m, axes in _candidates(points_m, hull.volume(), _second_moments(whole.inertia_kg_m2)):
        if not _extents_agree(points_m @ axes, kind, size_m):
            continue
        T_object_shape = np.eye(4)
        T_object_shape[:3, :3], T_object_shape[:3, 3] = axes, whole.center_of_mass_m
        shape, solid = make_primitive(kind, size_m, T_object_shape)
        common_m3 = (hull ^ solid).volume()
        iou = common_m3 / (hull.volume() + solid.volume() - common_m3)
        if iou > best_iou:
            best_iou, best = iou, (shape, solid)
    return best


def _candidates(
    points_m: NDArray[np.float64], volume_m3: float, moments_m5: NDArray[np.float64]
) -> Iterator[Candidate]:
    """Each kind, along each axis of each frame that the hull may have."""
    frames = _frames(points_m, moments_m5)
    along = [np.einsum("ij,ik,kj->j", axes, moments_m5, axes) for axes in frames]
    for axes, moments in zip(frames, along, strict=True):
        yield "box", _box_size(volume_m3, moments), axes
    yield "sphere", ((3 * volume_m3 / (4 * np.pi)) ** (1 / 3),), np.eye(3)
    for axes, moments in zip(frames, along, strict=True):
        for axis in range(3):
            across_m5 = (moments.sum() - moments[axis]) / 2
            turned = axes[:, [(axis + 1) % 3, (axis + 2) % 3, axis]]
            yield "cylinder", _cylinder_size(volume_m3, across_m5), turned
            capsule = _capsule_size(volume_m3, across_m5)
            if capsule:
                yield "capsule", capsule, turned


def _frames(points_m: NDArray[np.float64], moments_m5: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Right-handed axes as columns: the object's, the principal ones, and those of the smallest box around it.

    Principal axes mean nothing where moments are equal (a cube, a cylinder as long as 1.7 radii).
    """
    T_box_object, _ = trimesh.bounds.oriented_bounds(points_m)
    _, principal = np.linalg.eigh(moments_m5)
    frames = [np.eye(3), principal, np.asarray(T_box_object, np.float64)[:3, :3].T]
    return [axes * np.array([1, 1, np.sign(np.linalg.det(axes))]) for axes in frames]


def _second_moments(inertia_kg_m2: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) integral of x x^T about the centre, from the inertia at density 1."""
    return np.trace(inertia_kg_m2) / 2 * np.eye(3) - inertia_kg_m2


def _box_size(volume_m3: float, moments_m5: NDArray[np.float64]) -> tuple[float, ...]:
    """Moment V a^2 / 12 along an edge a; scaled to the volume."""
    edges_m = np.sqrt(12 * moments_m5 / volume_m3)
    return tuple((edges_m * np.cbrt(volume_m3 / edges_m.prod())).tolist())


def _cylinder_size(volume_m3: float, across_m5: float) -> tuple[float, float]:
    """Moment V r^2 / 4 across the axis."""
    radius_m = float(np.sqrt(4 * across_m5 / volume_m3))
    return radius_m, volume_m3 / (np.pi * radius_m**2)


def _capsule_size(volume_m3: float, across_m5: float) -> tuple[float, float] | None:
    """Moment pi r^4 L / 4 + 4 pi r^5 / 15 across the axis, volume pi r^2 L + 4 pi r^3 / 3; None if no length fits."""
    most_m = (3 * volume_m3 / (4 * np.pi)) ** (1 / 3)

    def excess_m5(radius_m: float) -> float:
        return radius_m**2 * volume_m3 / 4 - np.pi * radius_m**5 / 15 - across_m5

    if excess_m5(most_m) <= 0:
        return None
    radius_m = float(brentq(excess_m5, 0.0, most_m, xtol=1e-9 * most_m))  # type: ignore[arg-type]  # scipy's stub
    return radius_m, volume_m3 / (np.pi * radius_m**2) - 4 * radius_m / 3


def _extents_agree(local_m: NDArray[np.float64], kind: PrimitiveKind, size_m: tuple[float, ...]) -> bool:
    """Whether points (n, 3) in the primitive's axes reach about as far as it does."""
    if kind == "box":
        expected_m = np.array(size_m)
    elif kind == "sphere":
        expected_m = np.full(3, 2 * size_m[0])
    else:
        across_m = 2 * size_m[0]
        expected_m = np.array([across_m, across_m, size_m[1] + (across_m if kind == "capsule" else 0)])
    return bool((np.abs(np.ptp(local_m, axis=0) - expected_m) <= _EXTENT_SLACK * expected_m).all())
