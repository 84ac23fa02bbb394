"""Was the object picked and placed? Decided from the simulator's state alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.contracts.episodes import FailureReason
from jobs.episodes.sight import ObjectState
from jobs.simulation.simulator import FloatArray

LEAST_LIFT_M = 0.03
GOAL_TOLERANCE_M = 0.035
STILL_M_S, STILL_RAD_S = 0.01, 0.1
TABLE_GAP_M = 0.005


@dataclass(frozen=True)
class Outcome:
    """`failure` is None for a success. `placement_error_m`: horizontal, centre of mass to centre of the goal."""

    failure: FailureReason | None
    lift_m: float
    placement_error_m: float

    @property
    def success(self) -> bool:
        return self.failure is None


def judge(
    trace: tuple[ObjectState, ...], release: int | None, goal_m: FloatArray, gave_up: FailureReason | None = None
) -> Outcome:
    """Look at how the object fared.

    Args:
        trace: Its state before each action and after the last.
        release: Index of the state in which the gripper was told to let go; None if it never was.
        goal_m: (2,) [m] centre of the goal.
        gave_up: Why nothing was tried, if nothing was.

    Returns:
        A success if it was lifted clear of the table and ends near the goal, on the table, at rest and let go.
        Otherwise the first thing that went wrong.
    """
    end = trace[-1]
    lift_m = max(state.lowest_m for state in trace)
    error_m = float(np.linalg.norm(end.center_of_mass_m[:2] - goal_m))
    return Outcome(gave_up or _failure(trace, release, lift_m, error_m), max(lift_m, 0.0), error_m)


def _failure(
    trace: tuple[ObjectState, ...], release: int | None, lift_m: float, error_m: float
) -> FailureReason | None:
    end = trace[-1]
    settled = end.on_table and abs(end.lowest_m) < TABLE_GAP_M
    at_rest = settled and end.speed_m_s < STILL_M_S and end.turning_rad_s < STILL_RAD_S
    if lift_m < LEAST_LIFT_M:
        return "not_lifted"
    if at_rest and not end.in_gripper and error_m <= GOAL_TOLERANCE_M:
        return None
    if release is None or not trace[release].in_gripper:
        return "dropped"
    if end.in_gripper:
        return "not_released"
    return "missed_goal" if error_m > GOAL_TOLERANCE_M else "not_at_rest"
