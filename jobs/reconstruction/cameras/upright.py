"""Which way is up, what is the object and what it stands on, in a world that only photos have told of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, KDTree

from jobs.reconstruction.cameras.structure import Similarity, Structure

_ASSUMED_SIZE_M = 0.2
_NEAR = 0.6
"""Of the cameras' median distance: what lies farther from where they aim at is surroundings."""
_LEVEL_DEG = 40.0
_TILT_DEG = 35.0
_PLANE_TRIALS = 400
_THICKNESS = 0.006
"""Of the cameras' distance: points so near to a plane lie on it."""
_LEAST_ON_PLANE, _MOST_BELOW = 0.15, 0.02
_LEAST_POINTS = 12
_AROUND = 0.4
"""Share of the ground's points that lie around what stands on it, not below."""
_LINKED = 5.0
"""Points of one thing lie within so many typical gaps of each other."""
_PART = 0.05


@dataclass(frozen=True)
class Place:
    """`structure`, Z up, centred on the object at an assumed size. `is_object` (n,) says which points are it's.

    `has_ground`: it stands on the plane z = 0, which the photos show.
    """

    structure: Structure
    is_object: NDArray[np.bool_]
    has_ground: bool


def place_upright(structure: Structure) -> Place | None:
    """None if the photos have too few points in common where their cameras aim at."""
    centre = structure.meeting_point()
    distance = float(np.median(np.linalg.norm(structure.positions - centre, axis=1)))
    near = np.linalg.norm(structure.points - centre, axis=1) < _NEAR * distance
    if np.count_nonzero(near) < _LEAST_POINTS:
        return None
    up = _estimate_up(structure)
    plane = _find_plane(structure.points[near], up, _THICKNESS * distance)
    if plane is not None and not _reaches_out(structure.points[near], *plane, _THICKNESS * distance):
        plane = None
    if plane is not None:
        up = plane[0]
    R = _rotation_to_z(up)
    heights = structure.points @ R[2]
    is_object = near.copy()
    if plane is not None:
        is_object &= heights > plane[1] + 2 * _THICKNESS * distance
    if np.count_nonzero(is_object) < _LEAST_POINTS:
        return None
    is_object[is_object] = _largest_cluster(structure.points[is_object])
    turned = structure.points[is_object] @ R.T
    low, high = np.quantile(turned, [0.01, 0.99], axis=0)
    bottom = plane[1] if plane is not None else low[2]
    foot = R.T @ np.array([*((low + high) / 2)[:2], bottom])
    placed = structure.moved(Similarity(_ASSUMED_SIZE_M / float((high - low).max()), R, foot))
    return Place(placed, is_object, plane is not None)


def _estimate_up(structure: Structure) -> NDArray[np.float64]:
    """The direction that the cameras' horizontal axes have least of: people hold cameras level.

    Source: Brown and Lowe 2007, "Automatic panoramic image stitching" (straightening).
    """
    rotations = [camera.R_camera_world for camera in structure.cameras.values()]
    mean = -np.sum([R[1] for R in rotations], axis=0)
    mean /= max(float(np.linalg.norm(mean)), 1e-9)
    across = np.sum([np.outer(R[0], R[0]) for R in rotations], axis=0)
    level = np.linalg.eigh(across)[1][:, 0]
    level = level if level @ mean >= 0 else -level
    return level if level @ mean > np.cos(np.deg2rad(_LEVEL_DEG)) else mean


def _find_plane(
    points: NDArray[np.float64], up: NDArray[np.float64], thickness: float
) -> tuple[NDArray[np.float64], float] | None:
    """Normal and offset of the plane that holds most points and has hardly any below it; None if there is none.

    Source: Fischler and Bolles 1981, "Random sample consensus".
    """
    random = np.random.default_rng(0)
    best, most = None, max(_LEAST_POINTS, _LEAST_ON_PLANE * len(points))
    for _ in range(_PLANE_TRIALS):
        a, b, c = points[random.choice(len(points), 3, replace=False)]
        found = _plane_through(np.cross(b - a, c - a), a, up)
        if found is None:
            continue
        heights = points @ found[0] - found[1]
        on = np.abs(heights) < thickness
        if np.count_nonzero(on) > most and np.mean(heights < -2 * thickness) < _MOST_BELOW:
            best, most = on, np.count_nonzero(on)
    if best is None:
        return None
    middle = points[best].mean(axis=0)
    return _plane_through(np.linalg.svd(points[best] - middle)[2][2], middle, up)


def _reaches_out(points: NDArray[np.float64], normal: NDArray[np.float64], offset: float, thickness: float) -> bool:
    """Whether the plane goes on around what stands on it; a bowl's bottom does not."""
    flat = points @ _rotation_to_z(normal).T
    heights = flat[:, 2] - offset
    above, on = flat[heights > 2 * thickness, :2], flat[np.abs(heights) < thickness, :2]
    if len(above) < _LEAST_POINTS:
        return True
    low, high = np.quantile(above, [0.02, 0.98], axis=0)
    above = above[((above >= low) & (above <= high)).all(axis=1)]
    return float(np.mean(Delaunay(above, qhull_options="QJ").find_simplex(on) < 0)) > _AROUND


def _plane_through(
    normal: NDArray[np.float64], point: NDArray[np.float64], up: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float] | None:
    length = float(np.linalg.norm(normal))
    if length < 1e-12:
        return None
    normal = normal / length * np.sign(normal @ up)
    return (normal, float(normal @ point)) if normal @ up > np.cos(np.deg2rad(_TILT_DEG)) else None


def _rotation_to_z(up: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3), its last row is `up`."""
    aside = np.eye(3)[int(np.argmin(np.abs(up)))]
    x = np.cross(aside, up)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(up, x), up])


def _largest_cluster(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The points (n, 3) that hang together, and lesser clusters within their reach."""
    tree = KDTree(points)
    gaps = np.asarray(tree.query(points, k=min(5, len(points)))[0])[:, -1]
    pairs = tree.query_pairs(_LINKED * float(np.median(gaps)), output_type="ndarray")
    links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(points), len(points)))
    _, labels = connected_components(links, directed=False)
    sizes = np.bincount(labels)
    main = labels == int(np.argmax(sizes))
    centre = np.median(points[main], axis=0)
    reach = float(np.quantile(np.linalg.norm(points[main] - centre, axis=1), 0.98))
    parts = np.flatnonzero(sizes >= _PART * sizes.max())
    inside = [part for part in parts if np.linalg.norm(np.median(points[labels == part], axis=0) - centre) < reach]
    return main | np.isin(labels, inside)
