"""The field that silhouettes leave."""

from __future__ import annotations

import numpy as np
import pytest

from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.carving.hull import hull_field
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.pictures.silhouette import find_silhouette
from tests.reconstruction.turntable import hammer, look_at, photograph

HAMMER = hammer()
CENTRE = HAMMER.bounds.mean(axis=0)
FLOOR_M = -0.01


def view(number: int) -> View:
    a = np.radians(45 * number)
    camera = look_at(CENTRE + 0.36 * np.array([np.cos(a), np.sin(a), 0.3]), CENTRE)
    rgb = photograph(HAMMER, camera, 128)
    return View.of(Shot(f"{number}.png", rgb, None, camera), find_silhouette(rgb, None))


@pytest.mark.parametrize("doubters", [0, 1])
def test_a_floor_changes_nothing_above_it(doubters: int) -> None:
    views = [view(number) for number in range(8)]
    points = (CENTRE + np.random.default_rng(0).uniform(-0.15, 0.15, (4000, 3))).astype(np.float32)
    whole, floored = hull_field(views, doubters)(points), hull_field(views, doubters, FLOOR_M)(points)
    above = whole > FLOOR_M
    assert 0 < above.sum() < len(points)
    np.testing.assert_array_equal(floored[above], whole[above])
    assert (floored[~above] <= FLOOR_M).all()


def test_points_that_are_all_below_the_floor_are_below_it() -> None:
    far = (CENTRE + 0.1 + np.random.default_rng(0).uniform(-0.01, 0.01, (50, 3))).astype(np.float32)
    assert (hull_field([view(number) for number in range(8)], 0, FLOOR_M)(far) <= FLOOR_M).all()
