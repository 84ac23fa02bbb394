"""The predicate, on states made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jobs.episodes.sight import ObjectState
from jobs.episodes.success import judge

GOAL_M = np.array([0.5, 0.2])
START = ObjectState(
    position_m=np.array([0.45, -0.2, 0.03]),
    rotation=np.eye(3),
    center_of_mass_m=np.array([0.45, -0.2, 0.03]),
    lowest_m=0.0,
    speed_m_s=0.0,
    turning_rad_s=0.0,
    on_table=True,
    in_gripper=False,
)
HELD = replace(START, lowest_m=0.12, on_table=False, in_gripper=True, speed_m_s=0.3)
LOWERED = replace(HELD, lowest_m=0.0, on_table=True)
PLACED = replace(START, center_of_mass_m=np.array([0.51, 0.21, 0.03]))
GOOD = (START, HELD, LOWERED, PLACED)


def test_lifted_carried_and_let_go_at_the_goal_is_a_success() -> None:
    outcome = judge(GOOD, 2, GOAL_M)
    assert outcome.success
    assert outcome.lift_m == 0.12
    assert outcome.placement_error_m == pytest.approx(np.hypot(0.01, 0.01))


@pytest.mark.parametrize(
    ("end", "failure"),
    [
        (replace(PLACED, in_gripper=True), "not_released"),
        (replace(PLACED, center_of_mass_m=np.array([0.54, 0.2, 0.03])), "missed_goal"),
        (replace(PLACED, speed_m_s=0.02), "not_at_rest"),
        (replace(PLACED, turning_rad_s=0.5), "not_at_rest"),
        (replace(PLACED, on_table=False), "not_at_rest"),
        (replace(PLACED, lowest_m=0.02), "not_at_rest"),
        (replace(PLACED, lowest_m=-0.3, on_table=False), "not_at_rest"),
    ],
)
def test_end_that_falls_short_is_named(end: ObjectState, failure: str) -> None:
    assert judge((START, HELD, LOWERED, end), 2, GOAL_M).failure == failure


def test_object_pushed_to_the_goal_was_not_picked() -> None:
    assert judge((START, replace(START, lowest_m=0.02), PLACED), 1, GOAL_M).failure == "not_lifted"


def test_object_lost_on_the_way_was_dropped() -> None:
    fallen = replace(START, center_of_mass_m=np.array([0.47, 0.0, 0.03]))
    assert judge((START, HELD, fallen, fallen), 2, GOAL_M).failure == "dropped"
    assert judge((START, HELD, fallen), None, GOAL_M).failure == "dropped"


@pytest.mark.parametrize("reason", ["no_grasp_found", "unreachable"])
def test_attempt_that_was_never_made_keeps_its_reason(reason: str) -> None:
    outcome = judge((START, START), None, GOAL_M, reason)  # pyright: ignore[reportArgumentType]  # of two literals
    assert outcome.failure == reason
    assert not outcome.success
    assert outcome.lift_m == 0.0
