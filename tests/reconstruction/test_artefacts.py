"""Background that became a plate, and two objects where one was asked for: found where they are, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import manifold3d
import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray
from trimesh.visual import ColorVisuals

from benchmarks.artefacts import VIEWS, find, real_plates, with_plate
from benchmarks.ground_truth import load_ground_truth
from jobs.geometry.closed import compute_volume_m3, from_manifold
from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.errors import SeveralObjects
from jobs.reconstruction.pictures.silhouette import Silhouette
from jobs.reconstruction.quality.background_plate import cut_background_plates
from jobs.reconstruction.quality.bodies import find_bodies
from jobs.reconstruction.quality.plate import cut_off, find_plates, sample_for_plates, stands_behind
from jobs.reconstruction.quality.several_objects import require_one_object
from tests.reconstruction.conftest import Bench
from tests.reconstruction.turntable import Turntable, hammer, ring

Solid = manifold3d.Manifold
RED, BLUE = (200, 30, 30, 255), (30, 60, 200, 255)


def dumbbell(neck: float) -> trimesh.Trimesh:
    ends = Solid.sphere(1, 48).translate((-2, 0, 0)) + Solid.sphere(1, 48).translate((2, 0, 0))
    return from_manifold(ends + Solid.cylinder(4, neck, neck, 48, True).rotate((0, 90, 0)))


def paint(mesh: trimesh.Trimesh, left: tuple[int, ...], right: tuple[int, ...]) -> trimesh.Trimesh:
    x = np.asarray(mesh.vertices)[:, 0]
    colours = np.where((x < x.mean())[:, None], left, right).astype(np.uint8)
    mesh.visual = ColorVisuals(mesh, vertex_colors=colours)
    return mesh


@pytest.mark.parametrize("towards", VIEWS, ids=["behind", "below"])
def test_a_plate_is_found_and_cutting_it_off_restores_the_volume(towards: NDArray[np.float64]) -> None:
    both = with_plate(hammer(), towards, np.random.default_rng(3))
    plate = find(both, towards)
    assert plate is not None
    assert compute_volume_m3(cut_off(both, plate)) == pytest.approx(compute_volume_m3(hammer()), rel=0.05)


@pytest.mark.parametrize("name", ["tray", "table", "book"])
def test_real_plates_are_not_accused_seen_from_any_side(name: str) -> None:
    plates = find_plates(sample_for_plates(real_plates()[name]))
    for turn in np.radians(np.arange(0, 360, 30)):
        for elevation in np.radians((0, 30, 60, 90)):
            level = np.cos(elevation)
            towards = np.array([np.cos(turn) * level, np.sin(turn) * level, np.sin(elevation)])
            assert not any(stands_behind(plate, towards) for plate in plates)


def test_a_table_has_a_plate_by_shape_alone() -> None:
    assert len(find_plates(sample_for_plates(real_plates()["table"]))) == 1
    assert find_plates(sample_for_plates(hammer())) == ()


def test_ground_truth_is_not_accused_and_its_plates_are_found(realdata: Path) -> None:
    random = np.random.default_rng(11)
    found = []
    for truth in load_ground_truth(realdata):
        mesh = trimesh.Trimesh(truth.mesh.vertices, truth.mesh.faces, process=False)
        mesh.apply_transform(trimesh.transformations.random_rotation_matrix(random.random(3)))
        assert find(mesh, VIEWS[0]) is None, truth.name
        found.append(find(with_plate(mesh, VIEWS[0], random), VIEWS[0]) is not None)
    assert np.mean(found) >= 0.95


@pytest.mark.parametrize(("colour", "cut"), [((215, 215, 220, 255), 1), (RED, 0)], ids=["background", "its own"])
def test_a_plate_below_is_cut_only_where_it_looks_like_the_background(colour: tuple[int, ...], cut: int) -> None:
    mesh = with_plate(hammer(), VIEWS[1], np.random.default_rng(3))
    on_plate = np.asarray(mesh.vertices)[:, 2] < 0.004
    colours = np.where(on_plate[:, None], colour, (120, 60, 30, 255)).astype(np.uint8)
    rgb, mask = np.full((64, 64, 3), (215, 215, 220), np.uint8), np.zeros((64, 64), bool)
    mask[20:40, 20:40] = True
    camera = ring(np.zeros(3), 0.5, 3, 64)[0]
    view = View.of(Shot("photo", rgb, None, camera), Silhouette(mask=mask, doubtful=~mask & False, is_cut=False))
    left, count = cut_background_plates(mesh, colours, [view])
    assert count == cut
    assert (left is mesh) != bool(cut)
    assert compute_volume_m3(left) == pytest.approx(compute_volume_m3(hammer() if cut else mesh), rel=0.03)


def test_pieces_apart_are_several_objects() -> None:
    apart = from_manifold(Solid.compose([Solid.cube((1, 1, 1)), Solid.cube((1, 1, 1)).translate((2, 0, 0))]))
    with pytest.raises(SeveralObjects, match=r"'cups'.*separate pieces.*allow_several"):
        require_one_object(apart, "cups")


def test_bodies_of_two_colours_at_a_neck_are_several_objects_and_of_one_colour_a_dumbbell() -> None:
    with pytest.raises(SeveralObjects, match="different colours"):
        require_one_object(paint(dumbbell(0.4), RED, BLUE), "balls")
    require_one_object(paint(dumbbell(0.4), RED, RED), "dumbbell")
    require_one_object(paint(dumbbell(0.9), RED, BLUE), "capsule")


def test_a_pattern_over_both_bodies_is_one_object() -> None:
    mesh = dumbbell(0.4)
    stripes = np.sin(6 * np.asarray(mesh.vertices)[:, 1]) > 0
    mesh.visual = ColorVisuals(mesh, vertex_colors=np.where(stripes[:, None], RED, BLUE).astype(np.uint8))
    require_one_object(mesh, "maraca")


def mug() -> trimesh.Trimesh:
    inside = Solid.cylinder(1, 0.36, 0.36, 64).translate((0, 0, 0.05))
    ring_ = Solid.revolve(manifold3d.CrossSection.circle(0.06, 24).translate((0.3, 0)), 64)
    handle = ring_.rotate((90, 0, 0)).translate((0.45, 0, 0.5))
    return from_manifold((Solid.cylinder(1, 0.4, 0.4, 64) + handle) - inside)


@pytest.mark.parametrize("mesh", [hammer(), mug()], ids=["hammer", "mug"])
def test_thin_parts_are_not_bodies(mesh: trimesh.Trimesh) -> None:
    assert find_bodies(mesh) is None


def test_two_things_in_the_photos_are_refused_unless_they_are_allowed(bench: Bench, tmp_path: Path) -> None:
    two = Solid.cube((0.04, 0.04, 0.06)) + Solid.cube((0.03, 0.05, 0.08)).translate((0.09, 0.03, 0))
    folder = Turntable.make(tmp_path / "two", from_manifold(two), distance_m=0.5).folder
    with pytest.raises(SeveralObjects, match="separate pieces"):
        bench.run(bench.photos(folder))
    allowed = bench.run(bench.photos(folder, allow_several=True))
    assert next(check.value for check in allowed.checks if check.name == "mesh_components") == 2
