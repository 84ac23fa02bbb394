"""The cascade, and how well it says its hulls fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from jobs.contracts.repair import RepairSettings
from jobs.contracts.simready import ColliderSettings
from jobs.geometry.closed import to_manifold
from jobs.runtime.workspace import silent
from jobs.simready.collision.colliders import build_colliders
from jobs.simready.collision.fit import measure_fit
from jobs.simready.collision.hulls import limit_vertices, make_hulls
from jobs.simready.repair.solid import repair


def test_a_convex_object_is_its_own_collider(tmp_path: Path) -> None:
    solid = to_manifold(trimesh.creation.cone(0.05, 0.1, sections=24))
    colliders = build_colliders(solid, ColliderSettings(), 0, tmp_path, silent)
    assert (colliders.method, [shape.kind for shape in colliders.shapes]) == ("hull", ["hull"])
    assert colliders.fit.iou == pytest.approx(1)
    assert colliders.fit.protrusion == 0


def test_an_angle_iron_needs_more_than_its_hull(angle_iron: trimesh.Trimesh, tmp_path: Path) -> None:
    solid = repair(angle_iron, RepairSettings(), "angle iron").solid
    colliders = build_colliders(solid, ColliderSettings(), 0, tmp_path, silent)
    assert colliders.method == "planes"
    assert "box" in {shape.kind for shape in colliders.shapes}
    assert colliders.fit.iou > 0.95


def test_no_hull_has_too_many_vertices(tmp_path: Path) -> None:
    """A round loaf is nearly convex, so one hull of few vertices has to do, and keeps the volume."""
    loaf = trimesh.creation.icosphere(4).apply_scale([0.1, 0.06, 0.04])
    colliders = build_colliders(to_manifold(loaf), ColliderSettings(accept_iou=0.9), 0, tmp_path, silent)
    (shape,) = colliders.shapes
    assert colliders.vertices == len(shape.mesh.vertices) <= ColliderSettings().max_hull_vertices
    assert shape.mesh.volume == pytest.approx(loaf.volume, rel=1e-6)


def test_iou_of_a_convex_hull_is_the_ratio_of_the_volumes(angle_iron: trimesh.Trimesh) -> None:
    fit = measure_fit(to_manifold(angle_iron), make_hulls([angle_iron.vertices]), 0)
    assert fit.iou == pytest.approx(angle_iron.volume / angle_iron.convex_hull.volume, rel=1e-6)


def test_protrusion_is_how_far_the_collider_sticks_out() -> None:
    """A plate 0.1 m thick, its collider 0.02 m thicker on one side: what sticks out reaches 0.02 m."""
    plate = trimesh.creation.box(bounds=[[0, 0, 0], [1, 1, 0.1]])
    collider = trimesh.creation.box(bounds=[[0, 0, 0], [1, 1, 0.12]])
    fit = measure_fit(to_manifold(plate), (to_manifold(collider),), 0)
    assert fit.protrusion * np.linalg.norm([1, 1, 0.1]) == pytest.approx(0.02, abs=1e-6)


def test_a_collider_inside_the_object_does_not_protrude() -> None:
    fit = measure_fit(to_manifold(trimesh.creation.box((2, 2, 2))), (to_manifold(trimesh.creation.box()),), 0)
    assert fit.iou == pytest.approx(1 / 8)
    assert (fit.protrusion, fit.protrusion_most) == (0, 0)


def test_a_gap_is_how_far_the_surface_lies_outside_the_collider() -> None:
    """A plate of 0.12 m whose collider is 0.02 m too thin on one side."""
    plate = trimesh.creation.box(bounds=[[0, 0, 0], [1, 1, 0.12]])
    collider = trimesh.creation.box(bounds=[[0, 0, 0], [1, 1, 0.1]])
    fit = measure_fit(to_manifold(plate), (to_manifold(collider),), 0)
    assert fit.gap * fit.diagonal_m == pytest.approx(0.02, abs=1e-6)
    assert fit.gap_most * fit.diagonal_m == pytest.approx(0.02, abs=1e-6)
    assert fit.diagonal_m == pytest.approx(np.linalg.norm([1, 1, 0.12]))


def test_a_hull_of_few_vertices_keeps_nearly_all_of_the_volume() -> None:
    """A box with rounded corners of a thousand points each, down to 64 points in all."""
    points = np.asarray(trimesh.creation.icosphere(4, 0.005).vertices)
    corners = np.array(np.meshgrid([-0.05, 0.05], [-0.03, 0.03], [-0.02, 0.02])).reshape(3, -1).T
    rounded = make_hulls([np.concatenate([points + corner for corner in corners])])[0]
    limited = limit_vertices(rounded, 64)
    assert limited.num_vert() <= 64
    assert limited.volume() > 0.95 * rounded.volume()


def test_a_flat_set_of_points_makes_no_hull() -> None:
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    assert len(make_hulls([square, trimesh.creation.box().vertices])) == 1
