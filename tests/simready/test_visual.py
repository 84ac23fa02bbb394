"""Fewer faces for the eye, and how far that goes."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from trimesh.visual import ColorVisuals

from jobs.contracts.visual import VisualSettings
from jobs.geometry.closed import is_closed_volume, to_manifold
from jobs.simready.appearance.visual import gather_levels, make_visual
from jobs.simready.checks.likeness import check_likeness
from tests.simready.things import box_with_lid

BALL = trimesh.creation.icosphere(4, 0.05)


def test_a_ball_gets_few_faces_and_stays_a_ball() -> None:
    visual = make_visual(to_manifold(BALL), BALL, VisualSettings(max_faces=2000))
    assert len(visual.mesh.faces) <= 2000
    assert is_closed_volume(visual.mesh)
    radii = np.linalg.norm(visual.mesh.vertices, axis=1)
    assert radii == pytest.approx(np.full(len(radii), 0.05), rel=1e-6)
    assert 0 < visual.distance <= 0.005


def test_likeness_goes_before_few_faces() -> None:
    settings = VisualSettings(max_faces=100, max_distance=1e-3)
    visual = make_visual(to_manifold(BALL), BALL, settings)
    assert len(visual.mesh.faces) > 100
    assert visual.distance <= 1e-3


def test_levels_are_closed_ever_coarser_and_within_their_distance() -> None:
    settings = VisualSettings(max_faces=5120)
    visual = make_visual(to_manifold(BALL), BALL, settings)
    assert [len(meshes) for meshes in gather_levels([visual])] == [1, 1]
    for level, share in zip(visual.levels, settings.levels, strict=True):
        assert is_closed_volume(level.mesh)
        assert len(level.mesh.faces) <= share * len(visual.mesh.faces)
        assert visual.distance < level.distance <= settings.max_level_distance
    measured = [check.value for check in check_likeness("ball", visual)]
    assert measured == [visual.distance, *(level.distance for level in visual.levels)]


def test_a_box_has_no_coarser_levels() -> None:
    box = trimesh.creation.box((0.1, 0.06, 0.04))
    assert make_visual(to_manifold(box), box, VisualSettings()).levels == ()


def test_every_level_has_the_colours_of_the_source() -> None:
    ball = BALL.copy()
    side = np.where(ball.vertices[:, :1] < 0, [[220, 20, 20, 255]], [[20, 20, 220, 255]]).astype(np.uint8)
    ball.visual = ColorVisuals(ball, vertex_colors=side)
    visual = make_visual(to_manifold(ball), ball, VisualSettings())
    for level in (visual, *visual.levels):
        clear = np.abs(level.mesh.vertices[:, 0]) > 0.01
        red = np.asarray(level.mesh.visual.vertex_colors)[clear, 0] > 100
        assert (red == (level.mesh.vertices[clear, 0] < 0)).all()
        assert level.texture is not None


def test_a_thin_lid_is_not_simplified_away() -> None:
    """It already has few faces: a coarser level of it would be none at all."""
    lid = box_with_lid()["lid"]
    visual = make_visual(to_manifold(lid), lid, VisualSettings())
    assert all(len(level.mesh.faces) > 0 for level in (visual, *visual.levels))
