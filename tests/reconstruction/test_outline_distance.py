"""Distances to an outline, and the pictures that they are read from."""

from __future__ import annotations

import numpy as np

from jobs.reconstruction.carving.outline_distance import OutlineDistance
from jobs.reconstruction.pictures.sampling import sample_between, sample_nearest

SIDE_PX = 200


def disc(radius_px: float) -> np.ndarray:
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX] + 0.5 - SIDE_PX / 2
    return np.hypot(x, y) < radius_px


def places(*pairs: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    u, v = np.array(pairs, np.float32).T
    return u, v


def test_distance_to_a_circle_is_the_radius_less_that_to_its_centre() -> None:
    distance = OutlineDistance.of(disc(40))
    u, v = places((100, 100), (120, 100), (100, 139), (100, 145), (65, 65))
    true_px = 40 - np.hypot(u - 100, v - 100)
    np.testing.assert_allclose(distance.at(u, v), true_px, atol=1.2)


def test_far_away_a_distance_is_no_less_than_it_is_and_less_than_half_too_much() -> None:
    distance = OutlineDistance.of(disc(40))
    u, v = places((2, 2), (198, 5), (100, 0.5), (-50, 300))
    true_px = np.hypot(u - 100, v - 100) - 40
    seen_px = -distance.at(u, v)
    assert (seen_px > true_px - 1).all()
    assert (seen_px < 1.5 * true_px).all()


def test_an_object_goes_on_beyond_the_frame() -> None:
    mask = np.zeros((SIDE_PX, SIDE_PX), np.bool_)
    mask[50:150, 100:] = True
    [inside] = OutlineDistance.of(mask).at(*places((199.5, 100)))
    assert inside > 49


def test_distances_do_not_depend_on_where_in_memory_the_mask_lies() -> None:
    first = OutlineDistance.of(disc(61)).plane
    for _ in range(4):
        shifted = np.zeros(SIDE_PX**2 + 7, np.bool_)[7:].reshape(SIDE_PX, SIDE_PX)
        shifted[:] = disc(61)
        np.testing.assert_array_equal(OutlineDistance.of(shifted).plane, first)


def test_a_place_has_the_value_of_its_pixel_and_none_outside() -> None:
    picture = np.arange(12, dtype=np.float32).reshape(3, 4)
    u, v = places((0.1, 0.9), (3.9, 2.1), (4.1, 1), (1, -0.1))
    assert sample_nearest(picture, u, v).tolist() == [0, 11, 0, 0]


def test_between_pixel_centres_values_are_between() -> None:
    picture = np.arange(12, dtype=np.float32).reshape(3, 4)
    u, v = places((1.0, 0.5), (0.5, 1.0), (-9, -9))
    np.testing.assert_allclose(sample_between(picture, u, v), [0.5, 2, 0], atol=1e-6)


def test_no_places_have_no_values() -> None:
    none = np.zeros(0, np.float32)
    assert sample_nearest(np.zeros((3, 4, 2), np.float32), none, none).shape == (0, 2)
