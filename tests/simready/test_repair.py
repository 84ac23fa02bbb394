"""Broken meshes, and what becomes of them."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from jobs.contracts.repair import RepairSettings
from jobs.geometry.errors import OpenMesh
from jobs.simready.repair.solid import repair
from jobs.simready.repair.surface import Surface
from jobs.simready.repair.winding import make_winding_consistent

SETTINGS = RepairSettings(rebuild_cells=48)
BOX_M3 = 0.1 * 0.06 * 0.04


def box() -> trimesh.Trimesh:
    return trimesh.creation.box((0.1, 0.06, 0.04))


def rebuilt(mesh: trimesh.Trimesh, faces: np.ndarray) -> trimesh.Trimesh:
    return trimesh.Trimesh(mesh.vertices, faces, process=False, validate=False)


def joined(*meshes: trimesh.Trimesh) -> trimesh.Trimesh:
    first = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    faces = [mesh.faces + start for mesh, start in zip(meshes, first, strict=True)]
    return trimesh.Trimesh(np.concatenate([mesh.vertices for mesh in meshes]), np.concatenate(faces), process=False)


def test_a_sound_mesh_is_left_alone() -> None:
    repaired = repair(box(), SETTINGS, "box")
    assert repaired.changes == ()
    assert repaired.solid.volume() == pytest.approx(BOX_M3)


def test_flipped_faces_are_turned_back() -> None:
    faces = np.array(box().faces)
    faces[[0, 5]] = faces[[0, 5]][:, ::-1]
    repaired = repair(rebuilt(box(), faces), SETTINGS, "box")
    assert repaired.changes == ("turned 2 faces to agree with their neighbours",)
    assert repaired.solid.volume() == pytest.approx(BOX_M3)


def test_a_mesh_inside_out_is_turned() -> None:
    repaired = repair(rebuilt(box(), np.array(box().faces)[:, ::-1]), SETTINGS, "box")
    assert repaired.changes == ("turned 1 surfaces inside out",)
    assert repaired.solid.volume() == pytest.approx(BOX_M3)


def test_separate_corners_are_merged() -> None:
    soup = trimesh.Trimesh(box().triangles.reshape(-1, 3), np.arange(36).reshape(-1, 3), process=False)
    repaired = repair(soup, SETTINGS, "box")
    assert repaired.changes == ("merged 28 duplicate vertices",)
    assert repaired.solid.volume() == pytest.approx(BOX_M3)


def test_doubled_and_collapsed_faces_are_removed() -> None:
    faces = np.concatenate([box().faces, [[0, 0, 1]], box().faces[3:4]])
    repaired = repair(rebuilt(box(), faces), SETTINGS, "box")
    assert repaired.changes == ("removed 1 faces without area", "removed 1 duplicate faces")
    assert repaired.solid.volume() == pytest.approx(BOX_M3)


def test_a_face_and_its_own_back_cancel() -> None:
    faces = np.concatenate([box().faces, box().faces[3:4], box().faces[3:4, ::-1]])
    assert repair(rebuilt(box(), faces), SETTINGS, "box").solid.volume() == pytest.approx(BOX_M3)


def test_a_small_hole_gets_a_lid() -> None:
    sphere = trimesh.creation.icosphere(4, 0.05)
    around = np.flatnonzero((np.asarray(sphere.faces) == 100).any(axis=1))
    repaired = repair(rebuilt(sphere, np.delete(np.asarray(sphere.faces), around, axis=0)), SETTINGS, "ball")
    assert repaired.changes[-1] == "filled 1 holes"
    assert repaired.solid.volume() == pytest.approx(sphere.volume, rel=1e-3)


def test_a_wide_hole_is_refused_with_the_number_of_its_edges() -> None:
    with pytest.raises(OpenMesh, match="'box' does not enclose a volume: 4 open"):
        repair(rebuilt(box(), np.asarray(box().faces)[2:]), SETTINGS, "box")


def test_a_flat_sheet_with_two_sides_has_no_volume() -> None:
    sheet = rebuilt(box(), np.array([[0, 1, 2], [0, 2, 1], [1, 3, 2], [1, 2, 3]]))
    with pytest.raises(OpenMesh):
        repair(sheet, SETTINGS, "sheet")


def test_what_is_as_good_as_flat_has_no_volume() -> None:
    with pytest.raises(OpenMesh, match="its volume is 1e-08"):
        repair(trimesh.creation.box((1.0, 0.1, 1e-7)), SETTINGS, "foil")


def test_overlapping_solids_are_counted_once() -> None:
    shifted = box()
    shifted.apply_translation([0.05, 0, 0])
    repaired = repair(joined(box(), shifted), SETTINGS, "boxes")
    assert repaired.solid.volume() == pytest.approx(1.5 * BOX_M3)
    assert "united 2 overlapping solids" in repaired.changes


def test_a_surface_inside_out_within_another_is_a_cavity() -> None:
    inner = trimesh.creation.box((0.05, 0.03, 0.02))
    inner.invert()
    repaired = repair(joined(box(), inner), SETTINGS, "hollow")
    assert repaired.solid.volume() == pytest.approx(BOX_M3 * 7 / 8)
    assert repaired.changes == ("kept 1 cavities",)


def test_a_small_label_that_floats_over_the_object_is_left_out() -> None:
    label = trimesh.Trimesh([[0, 0, 0.021], [0.01, 0, 0.021], [0, 0.01, 0.021]], [[0, 1, 2]], process=False)
    repaired = repair(joined(box(), label), RepairSettings(max_hole_edges=0), "box")
    assert repaired.changes == ("left out 1 open surfaces",)
    assert repaired.solid.volume() == pytest.approx(BOX_M3)


def test_a_closed_button_does_not_stand_for_an_open_coat() -> None:
    button = trimesh.creation.icosphere(1, 0.001)
    with pytest.raises(OpenMesh, match="4 open"):
        repair(joined(rebuilt(box(), np.asarray(box().faces)[2:]), button), SETTINGS, "coat")


def test_a_moebius_strip_has_no_consistent_winding() -> None:
    """Five triangles in a ring with a half twist: some neighbours disagree, whatever is turned."""
    strip = np.array([[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 0], [4, 0, 1]])
    surface = Surface(np.asarray(trimesh.creation.icosahedron().vertices), strip)
    turned, _ = make_winding_consistent(surface)
    with pytest.raises(OpenMesh):
        repair(turned.as_mesh(), SETTINGS, "strip")
