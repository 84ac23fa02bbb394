"""What is near, found by boxes, against looking at everything."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from jobs.geometry.box_tree import BoxTree
from jobs.geometry.distance import closest_on_triangles, compute_distances, find_closest
from jobs.geometry.inside import lie_inside


@pytest.fixture
def triangles() -> np.ndarray:
    random = np.random.default_rng(7)
    return random.random((300, 1, 3)) + 0.1 * random.random((300, 3, 3))


def test_overlapping_boxes_are_those_that_a_look_at_all_pairs_finds(triangles: np.ndarray) -> None:
    low, high = triangles.min(axis=1), triangles.max(axis=1)
    meet = ((low[:, None] <= high) & (low <= high[:, None])).all(axis=2)
    expected = {(int(a), int(b)) for a, b in np.argwhere(meet) if a < b}
    found = np.concatenate(list(BoxTree(triangles).find_overlapping()))
    assert len(found) == len(expected)
    assert {(min(pair), max(pair)) for pair in found.tolist()} == expected


def test_one_triangle_overlaps_nothing() -> None:
    assert not sum(len(pairs) for pairs in BoxTree(np.eye(3)[None]).find_overlapping())


def test_distance_to_a_box_is_that_to_its_nearest_side() -> None:
    box = trimesh.creation.box((2.0, 2.0, 2.0))
    points = np.array([[3.0, 0, 0], [0.25, 0, 0], [4.0, 5.0, 0], [1, 1, 1]])
    assert compute_distances(points, box) == pytest.approx([2, 0.75, 5, 0])


def test_the_closest_face_is_the_one_that_a_look_at_all_finds(triangles: np.ndarray) -> None:
    mesh = trimesh.Trimesh(triangles.reshape(-1, 3), np.arange(900).reshape(-1, 3), process=False)
    points = np.random.default_rng(3).random((50, 3))
    distance, face, place = find_closest(points, mesh)
    for index, point in enumerate(points):
        all_away = np.linalg.norm(closest_on_triangles(triangles, np.tile(point, (300, 1))) - point, axis=1)
        assert distance[index] == all_away.min()
        assert face[index] == all_away.argmin()
    assert np.linalg.norm(place - points, axis=1) == pytest.approx(distance)


def test_a_triangle_without_area_is_as_far_as_its_longest_edge() -> None:
    needle = np.array([[[0.0, 0, 0], [1, 0, 0], [2, 0, 0]], [[0.0, 0, 0], [0, 0, 0], [0, 0, 0]]])
    closest = closest_on_triangles(needle, np.array([[1.5, 1, 0], [0, 3, 4]]))
    assert closest.tolist() == [[1.5, 0, 0], [0, 0, 0]]


def test_points_in_a_torus_are_inside_and_those_in_its_hole_are_not() -> None:
    torus = trimesh.creation.torus(1.0, 0.25)
    points = np.array([[1.0, 0, 0], [0, -1.1, 0.1], [0, 0, 0], [2, 0, 0], [1, 0, 0.3]])
    assert lie_inside(points, torus).tolist() == [True, True, False, False, False]


def test_corners_of_a_box_count_as_somewhere_and_its_middle_is_inside() -> None:
    """Rays of points in line with edges must meet one of the two faces there."""
    box = trimesh.creation.box()
    points = np.array([[0.0, 0, 0], [0.5, 0.5, -1], [0, 0, -1], [0.25, 0.25, 0.25]])
    assert lie_inside(points, box).tolist() == [True, False, False, True]
