"""What the script plans before it moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jobs.episodes.arm import HOME_RAD
from jobs.episodes.grasp import plan_grasps
from jobs.episodes.kinematics import ArmKinematics
from jobs.episodes.script import choose_reachable
from jobs.episodes.surface import sample_surface
from tests.episodes.assets import box
from tests.episodes.test_success import START

CENTER_M = np.array([0.45, -0.1, 0.03])
GOAL_M = np.array([0.5, 0.2])
SEEN = replace(START, center_of_mass_m=CENTER_M)


def choose(center_m: np.ndarray, goal_m: np.ndarray, extents_m: tuple[float, float, float]) -> tuple[bool, bool]:
    """Whether a grasp was chosen, and whether there was one to try."""
    surface = sample_surface([np.asarray(part.triangles) for part in box(extents_m)], 2000).moved(center_m, np.eye(3))
    seen = replace(SEEN, center_of_mass_m=center_m)
    grasps = plan_grasps(surface, center_m)
    grasp, any_grasp = choose_reachable(ArmKinematics(), grasps, seen, 0.06, HOME_RAD, goal_m)
    return grasp is not None, any_grasp


def test_object_within_reach_gets_a_grasp() -> None:
    assert choose(CENTER_M, GOAL_M, (0.05, 0.04, 0.06)) == (True, True)


def test_object_or_goal_out_of_reach_is_told_from_no_grasp() -> None:
    assert choose(np.array([1.4, 0.0, 0.03]), GOAL_M, (0.05, 0.04, 0.06)) == (False, True)
    assert choose(CENTER_M, np.array([1.4, 0.0]), (0.05, 0.04, 0.06)) == (False, True)
    assert choose(CENTER_M, GOAL_M, (0.3, 0.3, 0.06)) == (False, False)
