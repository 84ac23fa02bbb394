"""Objects are told from plain, shaded and dark backgrounds."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from jobs.reconstruction.pictures.hint import BACKGROUND, OBJECT, UNSURE
from jobs.reconstruction.pictures.silhouette import find_silhouette

SIDE = 160
Y, X = np.mgrid[:SIDE, :SIDE].astype(float)


def disc(radius: float, x: float = SIDE / 2, y: float = SIDE / 2) -> NDArray[np.bool_]:
    return np.hypot(X - x, Y - y) < radius


def painted(level: NDArray[np.float64], mask: NDArray[np.bool_], colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    """A grey background of this level, a mask in one colour, and a little noise."""
    picture = np.repeat(level[..., None], 3, axis=2)
    picture[mask] = colour
    noise = np.random.default_rng(0).normal(0, 2, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return np.count_nonzero(one & other) / np.count_nonzero(one | other)


@pytest.mark.parametrize("level", [5, 60, 128, 200, 250])
def test_a_coloured_disc_on_a_plain_background(level: int) -> None:
    picture = painted(np.full((SIDE, SIDE), level, float), disc(40), (180, 60, 40))
    found = find_silhouette(picture, None)
    assert overlap(found.mask, disc(40)) > 0.97
    assert not found.is_cut


def test_a_vignette_is_background() -> None:
    background = 210 - 60 * ((X / SIDE - 0.5) ** 2 + (Y / SIDE - 0.3) ** 2)
    assert overlap(find_silhouette(painted(background, disc(40), (60, 90, 160)), None).mask, disc(40)) > 0.97


def test_a_soft_shadow_on_the_ground_is_background() -> None:
    shadow = 70 * np.exp(-(((X - 80) / 60) ** 2 + ((Y - 120) / 18) ** 2))
    picture = painted(210 - shadow, disc(40), (170, 60, 50))
    assert overlap(find_silhouette(picture, None).mask, disc(40)) > 0.95


def test_a_hole_that_shows_the_background_stays_open() -> None:
    ring = disc(50) & ~disc(20)
    found = find_silhouette(painted(np.full((SIDE, SIDE), 215.0), ring, (170, 60, 50)), None)
    assert overlap(found.mask, ring) > 0.95


def test_a_deep_shadow_on_the_object_before_black_is_object() -> None:
    picture = np.full((SIDE, SIDE), 3.0)
    lit = disc(50) & ~disc(12, 85, 75)
    assert overlap(find_silhouette(painted(picture, lit, (190, 190, 180)), None).mask, disc(50)) > 0.97


def test_a_faint_part_before_black_is_doubtful_not_background() -> None:
    background = np.full((SIDE, SIDE), 3.0)
    arm = (np.abs(Y - 80) < 4) & (X > 125) & (X < 133)
    background[arm] = 22
    found = find_silhouette(painted(background, disc(48), (190, 190, 180)), None)
    assert np.count_nonzero((found.mask | found.doubtful) & arm) > 0.9 * np.count_nonzero(arm)


def test_an_object_that_touches_the_frame_is_cut() -> None:
    assert find_silhouette(painted(np.full((SIDE, SIDE), 215.0), disc(50, 20, 80), (170, 60, 50)), None).is_cut


def test_alpha_wins_over_colour() -> None:
    picture = painted(np.full((SIDE, SIDE), 215.0), disc(50), (170, 60, 50))
    alpha = np.where(disc(30), 255, 0).astype(np.uint8)
    found = find_silhouette(picture, alpha)
    assert np.array_equal(found.mask, disc(30))
    assert not found.doubtful.any()


def test_nothing_and_everything_are_told_apart() -> None:
    plain = painted(np.full((SIDE, SIDE), 215.0), disc(0), (0, 0, 0))
    assert find_silhouette(plain, None).is_empty
    everything = np.full((SIDE, SIDE), 255, np.uint8)
    assert find_silhouette(plain, everything).is_full


def test_an_object_hardly_lighter_than_its_background_is_found_by_its_edges() -> None:
    picture = painted(np.full((SIDE, SIDE), 225.0), disc(45), (243, 243, 241))
    assert overlap(find_silhouette(picture, None).mask, disc(45)) > 0.95


def test_an_object_cut_by_the_frame_is_as_sure_as_a_whole_one() -> None:
    cut = find_silhouette(painted(np.full((SIDE, SIDE), 215.0), disc(50, 10, 80), (170, 60, 50)), None)
    assert overlap(cut.mask, disc(50, 10, 80)) > 0.95
    assert cut.confidence > 0.9


def test_an_object_among_others_is_the_one_in_the_middle() -> None:
    """On a chequered cloth, with discs around that the frame cuts."""
    picture = painted(150 + 40.0 * ((X // 8 + Y // 8) % 2), disc(36), (170, 30, 30))
    for x, y in ((8, 12), (150, 20), (12, 148), (150, 140)):
        picture[disc(22, x, y)] = (30, 60, 150)
    found = find_silhouette(picture, None)
    assert overlap(found.mask, disc(36)) > 0.9
    alone = painted(np.full((SIDE, SIDE), 215.0), disc(36), (170, 30, 30))
    assert found.confidence < find_silhouette(alone, None).confidence


def test_a_hint_tells_the_object_from_what_looks_like_it() -> None:
    """Two discs alike; only the hint knows which one is meant, and that from some of its pixels."""
    wanted, other = disc(25, 50, 80), disc(25, 115, 80)
    picture = painted(np.full((SIDE, SIDE), 215.0), wanted | other, (170, 60, 50))
    hint = np.full((SIDE, SIDE), UNSURE, np.uint8)
    hint[disc(30, 115, 80)] = BACKGROUND
    hint[disc(4, 50, 80)] = OBJECT
    assert overlap(find_silhouette(picture, None, hint).mask, wanted) > 0.95


def test_it_is_the_same_whatever_was_cut_before() -> None:
    """OpenCV's colour models begin with random numbers."""
    picture = painted(150 + 40.0 * ((X // 8 + Y // 8) % 2), disc(36), (170, 30, 30))
    first = find_silhouette(picture, None)
    cv2.setRNGSeed(77)
    assert np.array_equal(find_silhouette(picture, None).mask, first.mask)
