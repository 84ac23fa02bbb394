"""How far points are from a surface, and points spread over it."""

from __future__ import annotations

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial import KDTree

from jobs.geometry.box_tree import BoxTree

_CANDIDATES = 8


def estimate_distances(
    points: NDArray[np.float64], target: trimesh.Trimesh, anchors: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Distance (n,) [m] of points (n, 3) [m] to a surface: to the faces under the nearest of `anchors` points on it."""
    places, faces = sample_surface(target, anchors, random)
    _, nearest = KDTree(places).query(points, k=_CANDIDATES)
    corners = np.asarray(target.triangles, np.float64)[faces[nearest].reshape(-1)]
    repeated = np.repeat(points, _CANDIDATES, axis=0)
    closest = trimesh.triangles.closest_point(corners, repeated)
    return np.linalg.norm(closest - repeated, axis=1).reshape(-1, _CANDIDATES).min(axis=1)


def compute_distances(points: NDArray[np.float64], target: trimesh.Trimesh) -> NDArray[np.float64]:
    """Distance (n,) [m] of points (n, 3) [m] to a surface."""
    return find_closest(points, target)[0]


def find_closest(
    points: NDArray[np.float64], target: trimesh.Trimesh
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """The point of a surface that is closest to each of points (n, 3) [m].

    Returns:
        Distance (n,) [m]; the face that it lies on (n,), and where (n, 3) [m].
    """
    corners = np.asarray(target.triangles, np.float64)
    face = np.asarray(KDTree(corners.mean(axis=1)).query(points)[1], np.int64)
    place = closest_on_triangles(corners[face], points)
    distance = np.linalg.norm(place - points, axis=1)
    for pairs in BoxTree(corners).find_within(points, distance):
        who, which = pairs.T
        there = closest_on_triangles(corners[which], points[who])
        away = np.linalg.norm(there - points[who], axis=1)
        order = np.lexsort((which, away, who))
        first = order[np.unique(who[order], return_index=True)[1]]
        nearer = first[away[first] < distance[who[first]]]
        distance[who[nearer]], face[who[nearer]], place[who[nearer]] = away[nearer], which[nearer], there[nearer]
    return distance, face, place


def closest_on_triangles(corners: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The point (n, 3) of each triangle (n, 3, 3), which may be without area, that is closest to a point (n, 3)."""
    a, b, c = corners.transpose(1, 0, 2)
    best = _closest_on_segments(a, b, points)
    for start, end in ((b, c), (c, a)):
        other = _closest_on_segments(start, end, points)
        nearer = _squared(other - points) < _squared(best - points)
        best[nearer] = other[nearer]
    normal = np.cross(b - a, c - a)
    scale = _squared(normal)
    height = np.einsum("ij,ij->i", points - a, normal) / np.where(scale > 0, scale, 1)
    foot = points - height[:, None] * normal
    inside = scale > 0
    for start, end in ((a, b), (b, c), (c, a)):
        inside &= np.einsum("ij,ij->i", np.cross(end - start, foot - start), normal) >= 0
    best[inside] = foot[inside]
    return best


def _closest_on_segments(
    start: NDArray[np.float64], end: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    along = end - start
    length = _squared(along)
    share = np.einsum("ij,ij->i", points - start, along) / np.where(length > 0, length, 1)
    return start + share.clip(0, 1)[:, None] * along


def _squared(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.einsum("ij,ij->i", vectors, vectors)


def sample_surface(
    mesh: trimesh.Trimesh, count: int, random: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points spread evenly over the area, (n, 3) [m], and the faces that they lie on, (n,)."""
    corners = np.asarray(mesh.triangles, np.float64)
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    faces = np.searchsorted(np.cumsum(areas), random.random(count) * areas.sum(), side="right").clip(0, len(areas) - 1)
    u, v = random.random((2, count))
    beyond = u + v > 1
    u[beyond], v[beyond] = 1 - u[beyond], 1 - v[beyond]
    a, b, c = corners[faces].transpose(1, 0, 2)
    return a + u[:, None] * (b - a) + v[:, None] * (c - a), faces
