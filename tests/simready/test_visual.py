"""Fewer faces for the eye, and how far that goes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray
from trimesh.visual import ColorVisuals

from jobs.contracts.reconstruction import MeshLimits
from jobs.contracts.visual import VisualSettings
from jobs.geometry.closed import is_closed_volume, to_manifold
from jobs.geometry.colour_points import ColourPoints, spread_over_faces
from jobs.geometry.mesh_file import load_mesh
from jobs.simready.appearance.visual import gather_levels, make_visual, save_visuals
from jobs.simready.checks.likeness import check_likeness
from tests.simready.things import box_with_lid

STRIPE_M = 0.0125
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


def test_a_label_on_a_box_of_twelve_faces_is_still_there_in_the_file(tmp_path: Path) -> None:
    """Striped along z, eight stripes on 0.1 m; read again by the importer."""
    box = trimesh.creation.box((0.1, 0.06, 0.1))
    face, weights = spread_over_faces(np.asarray(box.triangles), 100_000)
    points_m = np.einsum("kc,kcd->kd", weights, np.asarray(box.triangles)[face])
    visual = make_visual(to_manifold(box), box, VisualSettings(), ColourPoints(points_m, stripes(points_m)))
    assert len(visual.mesh.faces) == 12
    save_visuals([visual], tmp_path / "box.glb")
    loaded = load_mesh(tmp_path / "box.glb", None, MeshLimits())
    assert is_closed_volume(loaded.mesh)
    seen = loaded.colours
    assert seen is not None
    inside = np.abs(np.mod(seen.points_m[:, 2] / STRIPE_M, 1) - 0.5) < 0.4
    off = np.abs(seen.rgb[inside].astype(int) - stripes(seen.points_m[inside]))
    assert np.quantile(off, 0.99) == 0


def stripes(points_m: NDArray[np.float64]) -> NDArray[np.uint8]:
    even = np.floor(points_m[:, 2] / STRIPE_M) % 2 == 0
    return np.where(even[:, None], [200, 40, 40], [40, 40, 200]).astype(np.uint8)
