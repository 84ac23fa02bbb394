"""Grasps of solids whose best grasp is known."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from jobs.episodes.arm import OPENING_M, TIP_BELOW_TOOL_M
from jobs.episodes.grasp import Grasp, plan_grasps
from jobs.episodes.kinematics import rotate_by
from jobs.episodes.surface import Surface, sample_surface
from tests.episodes.assets import banana, box, cylinder


def standing(parts: list[trimesh.Trimesh], turned_rad: float = 0.0) -> Surface:
    """On the table, its frame's origin at (0.5, 0)."""
    surface = sample_surface([np.asarray(part.triangles) for part in parts], 3000)
    rotation = rotate_by(np.array([0.0, 0.0, turned_rad]))
    lowest = surface.points_m[:, 2].min()
    return surface.moved(np.array([0.5, 0.0, -lowest]), rotation)


def plan(surface: Surface) -> list[Grasp]:
    low, high = surface.points_m.min(axis=0), surface.points_m.max(axis=0)
    return list(plan_grasps(surface, (low + high) / 2))


def closing_angle(grasp: Grasp) -> float:
    """Of the line between the pads, seen from above; in half a circle."""
    return float(np.arctan2(grasp.rotation[1, 1], grasp.rotation[0, 1]) % np.pi)


@pytest.mark.parametrize("turned_rad", [0.0, 0.4, -1.2])
def test_box_is_held_across_its_narrow_side(turned_rad: float) -> None:
    best = plan(standing(box((0.09, 0.04, 0.05)), turned_rad))[0]
    assert best.width_m == pytest.approx(0.04, abs=1e-3)
    assert closing_angle(best) == pytest.approx((np.pi / 2 + turned_rad) % np.pi, abs=np.radians(1.0))
    assert best.position_m[:2] == pytest.approx([0.5, 0.0], abs=2e-3)


def test_cylinder_is_held_across_its_diameter() -> None:
    best = plan(standing(cylinder(0.03, 0.08)))[0]
    assert best.width_m == pytest.approx(0.06, abs=1e-3)
    assert best.position_m[:2] == pytest.approx([0.5, 0.0], abs=2e-3)


def test_banana_is_held_where_it_is_thick() -> None:
    parts = banana()
    best = plan(standing(parts))[0]
    assert 0.025 < best.width_m < 0.05
    touched = min(np.linalg.norm(part.centroid[:2] - (best.position_m[:2] - [0.5, 0.0])) for part in parts)
    assert touched < 0.02


def test_bowl_is_held_by_its_rim() -> None:
    walls = []
    for angle in np.radians(np.arange(0.0, 360.0, 30.0)):
        wall = trimesh.creation.box((0.006, 0.052, 0.06))
        wall.apply_translation([0.09, 0.0, 0.03])
        wall.apply_transform(trimesh.transformations.rotation_matrix(angle, [0, 0, 1]))
        walls.append(wall)
    best = plan(standing([*walls, trimesh.creation.cylinder(0.09, 0.004)]))[0]
    assert best.width_m < 0.02
    assert np.linalg.norm(best.position_m[:2] - [0.5, 0.0]) == pytest.approx(0.09, abs=0.01)


@pytest.mark.parametrize("parts", [box((0.16, 0.15, 0.14)), [trimesh.creation.icosphere(radius=0.08)]])
def test_what_is_wider_than_the_gripper_has_no_grasp(parts: list[trimesh.Trimesh]) -> None:
    assert plan(standing(parts)) == []


def test_pyramid_that_would_slip_upwards_has_no_grasp() -> None:
    steep = [[x, y, 0.0] for x in (-0.05, 0.05) for y in (-0.05, 0.05)]
    pyramid = trimesh.convex.convex_hull(np.array([*steep, [0.0, 0.0, 0.04]]))
    assert plan(standing([pyramid])) == []


def test_no_fingertip_reaches_below_the_table() -> None:
    for grasp in plan(standing(box((0.09, 0.04, 0.012)))):
        tip = grasp.position_m + TIP_BELOW_TOOL_M * grasp.rotation[:, 2]
        assert tip[2] > 0.0
        assert grasp.width_m < grasp.opening_m <= OPENING_M


def test_sampled_surface_has_the_area_and_the_normals_of_the_box() -> None:
    surface = sample_surface([np.asarray(part.triangles) for part in box((0.2, 0.1, 0.05))], 4000)
    spread = surface.normals[:4000]
    areas = {0: 0.1 * 0.05, 1: 0.2 * 0.05, 2: 0.2 * 0.1}
    for axis, area in areas.items():
        share = (np.abs(spread[:, axis]) > 0.99).mean()
        assert share == pytest.approx(area / sum(areas.values()), abs=0.002)
    assert np.ptp(surface.points_m, axis=0) == pytest.approx([0.2, 0.1, 0.05])
