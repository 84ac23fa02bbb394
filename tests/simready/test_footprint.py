"""Footprints, and names that USD can hold."""

from __future__ import annotations

import numpy as np
import pytest

from jobs.simready.assembly.footprint import Footprint
from jobs.simready.assembly.usd import unique_identifiers

SQUARE = Footprint.of(np.array([[0.0, 0, 5], [1, 0, 6], [1, 1, 7], [0, 1, 8], [0.5, 0.5, 9]]))


def test_a_footprint_is_the_convex_hull_from_above() -> None:
    assert len(SQUARE.outline_m) == 4
    assert SQUARE.diameter_m == pytest.approx(2**0.5)


@pytest.mark.parametrize(("by_m", "gap_m"), [((1.5, 0), 0.5), ((0, -3), 2), ((0.9, 0.2), -0.1), ((0, 0), -1)])
def test_the_gap_of_two_squares_is_that_of_their_sides(by_m: tuple[float, float], gap_m: float) -> None:
    there = SQUARE.moved(np.array(by_m))
    assert SQUARE.gap_m(there) == pytest.approx(gap_m)
    assert there.gap_m(SQUARE) == pytest.approx(gap_m)


def test_the_gap_is_never_more_than_the_distance() -> None:
    random = np.random.default_rng(3)
    for _ in range(50):
        one, other = (Footprint.of(random.normal((shift, 0), size=(8, 2))) for shift in (0, 6))
        ends = [
            outline + np.linspace(0, 1, 40)[:, None, None] * (np.roll(outline, -1, axis=0) - outline)
            for outline in (one.outline_m, other.outline_m)
        ]
        a, b = (part.reshape(-1, 2) for part in ends)
        assert one.gap_m(other) <= np.linalg.norm(a[:, None] - b[None], axis=-1).min() + 1e-9


def test_names_that_usd_cannot_tell_apart_get_numbers() -> None:
    assert unique_identifiers(["a-b", "a_b", "1-b", "c"]) == ("a_b", "a_b_2", "__b", "c")
