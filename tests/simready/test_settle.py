"""Drops, and what comes of them."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from jobs.contracts.simready import SettleSettings
from jobs.simready.checks.stable_poses import cluster_stable_poses
from tests.simready.conftest import Finished, RunJob


def test_a_book_comes_to_rest_on_its_covers(run_job: RunJob) -> None:
    finished = run_job(trimesh.creation.box((0.2, 0.15, 0.02)), material="paper")
    assert finished.check("settle_rate").value == 1
    assert all(abs(up[2]) == pytest.approx(1, abs=1e-3) for up in sides_up(finished))


def test_what_rests_hardly_sinks_in(run_job: RunJob) -> None:
    check = run_job(trimesh.creation.box((0.1, 0.1, 0.1)), material="steel").check("rest_penetration")
    assert check.value is not None
    assert check.value < 0.01


def test_what_is_still_falling_when_time_is_up_has_not_settled(run_job: RunJob) -> None:
    settle = SettleSettings(poses=2, drop_height=4, time_limit_s=0.5)
    finished = run_job(trimesh.creation.box((0.5, 0.5, 0.5)), settle=settle)
    assert finished.check("settle_rate").value == 0
    assert finished.check("rest_penetration").error == "it never came to rest"
    assert finished.asset.stable_poses_wxyz == ()


def test_a_turn_about_the_vertical_is_no_new_way_to_rest() -> None:
    lying = Rotation.from_euler("x", 90, degrees=True)
    turns = [Rotation.from_euler("z", degrees, degrees=True) for degrees in (0, 35, 170)]
    poses = cluster_stable_poses([(turn * lying).as_quat(scalar_first=True) for turn in turns])
    assert len(poses) == 1
    np.testing.assert_allclose(np.abs(np.dot(poses[0], lying.as_quat(scalar_first=True))), 1, atol=1e-9)


def test_the_most_frequent_way_to_rest_comes_first() -> None:
    upright, lying, upside_down = np.eye(4)[0], np.array([1, 1, 0, 0]) / np.sqrt(2), np.eye(4)[1]
    poses = cluster_stable_poses([upright, lying, upside_down, lying])
    assert len(poses) == 3
    assert poses[0] == pytest.approx(tuple(lying))
    assert poses[2] == pytest.approx((0, 1, 0, 0))


def test_drops_cover_many_orientations(run_job: RunJob) -> None:
    """Twelve drops of a cube find most of its six sides."""
    finished = run_job(trimesh.creation.box((0.1, 0.1, 0.1)), settle=SettleSettings(poses=12))
    assert len({tuple(np.round(up).astype(int)) for up in sides_up(finished)}) >= 4


def sides_up(finished: Finished) -> list[np.ndarray]:
    """Which way of the object points up in each of its stable poses."""
    poses = finished.asset.stable_poses_wxyz
    return [Rotation.from_quat(pose, scalar_first=True).inv().apply([0, 0, 1]) for pose in poses]
