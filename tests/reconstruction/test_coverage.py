"""What is missing around an object is said in words."""

from __future__ import annotations

import numpy as np
import pytest

from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.coverage import measure_coverage
from tests.reconstruction.turntable import look_at

CENTRE = np.array([0.2, -0.1, 0.05])


def cameras(azimuths_deg: range | list[float], elevation_deg: float) -> list[Camera]:
    e = np.radians(elevation_deg)
    around = [
        np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)]) for a in np.radians(list(azimuths_deg))
    ]
    return [look_at(CENTRE + 0.5 * direction, CENTRE) for direction in around]


def test_two_rings_lack_nothing() -> None:
    found = measure_coverage([*cameras(range(0, 360, 30), 15), *cameras(range(0, 360, 45), 45)], CENTRE)
    assert found is not None
    assert found.advice == found.gaps_deg == ()
    assert (found.lowest_deg, found.highest_deg) == pytest.approx((15, 45), abs=1e-6)


@pytest.mark.parametrize(
    ("missing", "side", "count"),
    [((120, 200), "back-left|back", 3), ((30, 130), "right", 4), ((200, 330), "left", 5)],
)
def test_a_gap_is_named_by_its_side(missing: tuple[int, int], side: str, count: int) -> None:
    azimuths = [a for a in range(0, 360, 10) if not missing[0] < a < missing[1]]
    found = measure_coverage([*cameras(azimuths, 15), *cameras(azimuths, 45)], CENTRE)
    assert found is not None
    (gap,) = found.gaps_deg
    assert gap == pytest.approx(missing)
    (sentence,) = found.advice
    assert f"between {missing[0]} and {missing[1]} degrees" in sentence
    assert any(f"from the {name}, " in sentence for name in side.split("|"))
    assert f"add {count} there" in sentence


def test_a_low_ring_alone_wants_one_that_looks_down_and_a_high_ring_one_from_the_side() -> None:
    low = measure_coverage(cameras(range(0, 360, 30), 5), CENTRE)
    high = measure_coverage(cameras(range(0, 360, 30), 60), CENTRE)
    assert low is not None
    assert high is not None
    assert low.advice == (
        "all photos were taken from less than 20 degrees above the object's middle: "
        "add a ring of 12 at about 45 degrees, looking down",
    )
    assert "add a ring of 12 at about 15 degrees" in high.advice[0]


def test_photos_from_above_alone_close_no_gap() -> None:
    found = measure_coverage(cameras(range(0, 360, 30), 80), CENTRE)
    assert found is not None
    assert "all photos look down steeply" in found.advice[0]


def test_it_does_not_depend_on_what_the_world_calls_up() -> None:
    azimuths = [a for a in range(0, 360, 10) if not 100 < a < 180]
    upright = cameras(azimuths, 20)
    turn = np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])
    tilted = [Camera(c.K, c.R_camera_world @ turn.T, c.t_camera_world) for c in upright]
    one, other = measure_coverage(upright, CENTRE), measure_coverage(tilted, turn @ CENTRE)
    assert one is not None
    assert other is not None
    assert one.advice == other.advice
    assert measure_coverage(tilted, turn @ CENTRE, up=turn @ [0, 0, 2]) is not None


def test_without_cameras_or_without_an_up_nothing_is_said() -> None:
    assert measure_coverage([], CENTRE) is None
    assert measure_coverage(cameras([0.0, 0.1, 0.2], 20), CENTRE) is None
