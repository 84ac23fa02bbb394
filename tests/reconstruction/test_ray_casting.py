"""Rays into a box: where they enter, where they leave, which miss."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from jobs.reconstruction.appearance.ray_casting import RayCaster
from tests.reconstruction.turntable import look_at

SIDE_M, AWAY_M, PICTURE_PX = 0.1, 0.5, 64


@pytest.mark.parametrize("middle", [np.zeros(3), np.array([40.0, -7.0, 3.0])], ids=["at the origin", "far from it"])
def test_rays_enter_and_leave_where_the_box_is(middle: np.ndarray) -> None:
    box = trimesh.creation.box(np.full(3, SIDE_M))
    box.apply_translation(middle)
    caster, camera = RayCaster(box), look_at(middle + np.array([AWAY_M, 0, 0]), middle, PICTURE_PX)
    v, u = (plane.reshape(-1) + 0.5 for plane in np.mgrid[:PICTURE_PX, :PICTURE_PX])
    rays = camera.rays(u, v) @ camera.R_camera_world.T
    entry = AWAY_M - SIDE_M / 2
    hits = (np.abs(rays[:, :2]) * entry < SIDE_M / 2).all(axis=1)
    assert 0 < hits.sum() < len(hits)
    near, far = caster.reach(camera, u, v), caster.leave(camera, u, v)
    np.testing.assert_array_equal(caster.meets(camera, u, v), hits)
    np.testing.assert_array_equal(np.isfinite(near), hits)
    np.testing.assert_allclose(near[hits], entry, atol=1e-5)
    through = (np.abs(rays[:, :2]) * (AWAY_M + SIDE_M / 2) < SIDE_M / 2).all(axis=1)
    np.testing.assert_allclose(far[through], AWAY_M + SIDE_M / 2, atol=1e-5)
