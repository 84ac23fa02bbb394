"""A surface that passes through itself, and what a grid makes of it."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from jobs.contracts.repair import RepairSettings
from jobs.geometry.closed import is_closed_volume, to_manifold
from jobs.simready.errors import CrossesItself
from jobs.simready.repair.crossings import find_crossings
from jobs.simready.repair.distances import describe_repair
from jobs.simready.repair.holes import triangulate_loop
from jobs.simready.repair.rebuild import rebuild
from jobs.simready.repair.solid import repair
from jobs.simready.repair.surface import clean


def bent_pipe() -> trimesh.Trimesh:
    """A closed pipe along a curve that passes through itself, as a bow is tied."""
    t = np.linspace(-1.0, 1.0, 60)
    line = np.column_stack([t * (1 - t * t), 0.4 * t * t, 0 * t]) * 0.2
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    up = np.array([0.0, 0, 1])
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ring = np.cos(angle)[:, None, None] * np.cross(up, along) + np.sin(angle)[:, None, None] * up
    vertices = (line + 0.008 * ring).transpose(1, 0, 2).reshape(-1, 3)
    here = (np.arange(59)[:, None] * 16 + np.arange(16)).ravel()
    beside = (np.arange(59)[:, None] * 16 + (np.arange(16) + 1) % 16).ravel()
    sides = np.concatenate([np.stack([here, here + 16, beside], 1), np.stack([beside, here + 16, beside + 16], 1)])
    caps = np.stack([np.zeros(14, int), np.arange(1, 15), np.arange(2, 16)], 1)
    mesh = trimesh.Trimesh(vertices, np.concatenate([sides, caps, caps[:, ::-1] + 59 * 16]), process=False)
    mesh.fix_normals()
    return mesh


def test_two_spheres_cross_where_each_enters_the_other() -> None:
    ball = trimesh.creation.icosphere(2)
    both = trimesh.util.concatenate([ball, ball.copy().apply_translation([0.5, 0.1, 0.2])])
    pairs = find_crossings(np.asarray(both.vertices), np.asarray(both.faces, np.int64))
    assert len(pairs) > 40
    assert ((pairs >= len(ball.faces)).sum(axis=1) == 1).all()


@pytest.mark.parametrize("mesh", [trimesh.creation.box(), trimesh.creation.torus(1.0, 0.2)], ids=["box", "torus"])
def test_neighbours_touch_and_do_not_cross(mesh: trimesh.Trimesh) -> None:
    assert not len(find_crossings(np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int64)))


@pytest.mark.parametrize(
    "mesh",
    [trimesh.creation.icosphere(3, 0.05), trimesh.creation.torus(0.05, 0.015), trimesh.creation.box((0.1, 0.06, 0.04))],
    ids=["sphere", "torus", "box"],
)
def test_a_rebuilt_solid_is_the_same_solid(mesh: trimesh.Trimesh) -> None:
    before = to_manifold(mesh)
    after = rebuild(clean(mesh)[0], 48, "thing")
    assert after.genus() == before.genus()
    assert after.volume() == pytest.approx(before.volume(), rel=0.01)
    assert (after ^ before).volume() == pytest.approx(before.volume(), rel=0.01)


def test_a_pipe_through_itself_becomes_one_solid_that_counts_the_crossing_once() -> None:
    pipe = bent_pipe()
    repaired = repair(pipe, RepairSettings(rebuild_cells=64), "pipe")
    assert is_closed_volume(repaired.mesh)
    assert not len(find_crossings(np.asarray(repaired.mesh.vertices), np.asarray(repaired.mesh.faces, np.int64)))
    assert 0.94 * pipe.volume < repaired.solid.volume() < 0.99 * pipe.volume
    assert any("rebuilt on a grid of 64 cells" in change for change in repaired.changes)
    assert describe_repair(pipe, repaired.mesh, repaired.changes, RepairSettings()).distance < 0.02


def test_what_a_grid_would_change_too_much_is_refused_with_what_was_seen() -> None:
    settings = RepairSettings(rebuild_cells=16, max_rebuild_distance=1e-3)
    with pytest.raises(CrossesItself, match=r"'pipe' passes through itself: \d+ pairs.*m off, .* allowed"):
        repair(bent_pipe(), settings, "pipe")


def test_a_lid_over_an_l_shaped_hole_stays_in_it() -> None:
    ring = np.array([[0, 0, 0], [2, 0, 0], [2, 1, 0], [1, 1, 0], [1, 2, 0], [0, 2, 0]], float)
    a, b, c = ring[triangulate_loop(ring)].transpose(1, 0, 2)
    assert np.cross(b - a, c - a)[:, 2] / 2 == pytest.approx(np.abs(np.cross(b - a, c - a)[:, 2] / 2))
    assert np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2 == pytest.approx(3)


@pytest.mark.parametrize("max_rebuild_distance", [0.02, 0.0])
def test_folds_that_are_next_to_nothing_deep_stay_in_the_finer_surface(max_rebuild_distance: float) -> None:
    """However near a rebuilt surface would have to lie: nothing of it is used."""
    ball = trimesh.creation.icosphere(5, 0.05)
    around = np.flatnonzero((ball.faces == 0).any(axis=1))
    ball.vertices[0] += 3 * (ball.vertices[ball.faces[around[0]]].mean(axis=0) - ball.vertices[0])
    # So that the fold cannot be cut out.
    keep_out = RepairSettings(max_left_out=0.0, max_rebuild_distance=max_rebuild_distance)
    repaired = repair(ball, keep_out, "ball")
    assert any("cross in folds" in change for change in repaired.changes), repaired.changes
    assert len(repaired.mesh.faces) == len(ball.faces)
    rebuilt = repair(ball, RepairSettings(max_left_out=0.0, max_folded_volume=0.0), "ball")
    assert any("rebuilt on a grid" in change for change in rebuilt.changes), rebuilt.changes
