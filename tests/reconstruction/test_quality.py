"""The quality report says what is so: of solids whose figures are known, and of photos of a known object."""

from __future__ import annotations

from pathlib import Path

import cv2
import manifold3d
import numpy as np
import pytest
import trimesh
from PIL import Image

from jobs.contracts.quality import GRADE_VALUES, QualityReport
from jobs.geometry.closed import from_manifold, merge_vertices
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.pictures.silhouette import Silhouette
from jobs.reconstruction.quality.grade import RULES, grade
from jobs.reconstruction.quality.photometric import measure_photometric
from jobs.reconstruction.quality.self_intersection import find_self_intersections
from jobs.reconstruction.quality.sighting import count_sightings, sight_points
from jobs.reconstruction.quality.surface_sample import sample_surface
from jobs.reconstruction.quality.topology import measure_topology
from jobs.reconstruction.quality.triangulated import TriangulatedPoints
from tests.reconstruction.conftest import Bench
from tests.reconstruction.turntable import Turntable, ring
from tests.reconstruction.values import measured

SIDE_PX = 200


def bowl() -> tuple[trimesh.Trimesh, trimesh.Trimesh]:
    """A deep bowl with stripes of relief inside, and what silhouettes see of it: the same, filled."""
    outside = manifold3d.Manifold.cylinder(0.1, 0.05, 0.08, 96)
    inside = manifold3d.Manifold.cylinder(0.1, 0.04, 0.075, 96).translate((0, 0, 0.01))
    return from_manifold(outside - inside), from_manifold(outside)


def striped(mesh: trimesh.Trimesh, camera: Camera, gain: float) -> Shot:
    """A picture of a mesh whose brightness follows the place on it, and the light the way that it faces."""
    sight = RayCaster(mesh).look(camera, SIDE_PX, SIDE_PX)
    hit = sight.silhouette
    faces = np.asarray(mesh.faces)[sight.face[hit]]
    u, v = sight.barycentric[hit].T
    weights = np.column_stack([1 - u - v, u, v])
    points = np.einsum("ijk,ij->ik", np.asarray(mesh.vertices)[faces], weights)
    paint = 0.6 + 0.3 * np.sin(points @ (90, 40, 120))
    light = 0.75 + 0.25 * np.asarray(mesh.face_normals)[sight.face[hit]] @ -camera.R_camera_world[2]
    rgb = np.full((SIDE_PX, SIDE_PX, 3), 235, np.uint8)
    rgb[hit] = np.clip(255 * gain * paint * light, 0, 255)[:, None]
    alpha = np.where(hit, 255, 0).astype(np.uint8)
    return Shot("photo", rgb, alpha, camera)


def photograph_bowl() -> list[View]:
    mesh, _ = bowl()
    cameras = ring(np.array([0, 0, 0.05]), 0.5, 18, SIDE_PX)
    shots = [striped(mesh, camera, 1.0 - 0.3 * (index % 3) / 2) for index, camera in enumerate(cameras)]
    masks = [shot.alpha > 0 for shot in shots if shot.alpha is not None]
    nothing = np.zeros((SIDE_PX, SIDE_PX), bool)
    return [
        View.of(shot, Silhouette(mask=mask, doubtful=nothing, is_cut=False))
        for shot, mask in zip(shots, masks, strict=True)
    ]


def test_a_torus_has_one_handle_and_a_box_none() -> None:
    torus = measure_topology(trimesh.creation.torus(1.0, 0.3))
    box = measure_topology(trimesh.creation.box())
    assert (torus.genus, torus.pieces, torus.open_edges, torus.is_manifold) == (1, 1, 0, True)
    assert (box.genus, box.pieces, box.holes) == (0, 1, 0)


def test_a_hole_is_a_ring_of_open_edges_and_no_handle() -> None:
    ball = trimesh.creation.icosphere(subdivisions=2)
    top = ball.triangles_center[:, 2] > 0.9
    bottom = ball.triangles_center[:, 2] < -0.9
    topology = measure_topology(trimesh.Trimesh(ball.vertices, ball.faces[~top & ~bottom], process=False))
    assert topology.holes == 2
    assert topology.genus == 0
    assert topology.open_edges > 0
    assert not topology.is_closed


def test_three_faces_on_one_edge_are_not_manifold() -> None:
    vertices = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, -1, 0]]
    topology = measure_topology(trimesh.Trimesh(vertices, [[0, 1, 2], [0, 1, 3], [0, 1, 4]], process=False))
    assert topology.crowded_edges == 1
    assert topology.genus is None


def test_two_boxes_that_run_through_each_other_intersect_and_side_by_side_do_not() -> None:
    box, other = trimesh.creation.box(), trimesh.creation.box()
    other.apply_translation((0.3, 0.4, 0.6))
    through = trimesh.util.concatenate([box, other])
    other.apply_translation((2, 0, 0))
    apart = trimesh.util.concatenate([box, other])
    assert len(find_self_intersections(merge_vertices(through))) >= 6
    assert len(find_self_intersections(merge_vertices(apart))) == 0
    assert len(find_self_intersections(merge_vertices(trimesh.creation.icosphere(subdivisions=4)))) == 0


def test_points_lie_on_the_surface_and_stand_for_equal_areas() -> None:
    box = trimesh.creation.box((1, 2, 3))
    sample = sample_surface(box, 6000)
    assert np.abs(np.abs(sample.points / [0.5, 1, 1.5]).max(axis=1) - 1).max() < 1e-12
    on_top = (sample.normals[:, 2] > 0.99).mean()
    assert on_top == pytest.approx(2 / 22, abs=0.001)


def test_photos_agree_on_the_bowl_and_contradict_its_lid_whatever_the_exposure() -> None:
    true, filled = bowl()
    views = photograph_bowl()
    results = {}
    for name, mesh in (("true", true), ("filled", filled)):
        sample = sample_surface(mesh, 4000)
        sightings = sight_points(RayCaster(mesh), sample, views)
        results[name] = measure_photometric(sample, views, sightings)
        assert (count_sightings(sightings, 4000) >= 3).mean() > 0.5
    assert results["true"].mean < 0.02 < 0.03 < results["filled"].mean
    assert results["true"].contradicted < 0.1 < 0.25 < results["filled"].contradicted


def test_what_photos_barely_show_is_not_judged_by_them() -> None:
    true, _ = bowl()
    views = photograph_bowl()[:2]
    sample = sample_surface(true, 1000)
    result = measure_photometric(sample, views, sight_points(RayCaster(true), sample, views))
    assert result.mean is None
    assert result.contradicted is None


def test_points_inside_a_hollow_do_not_lie_on_its_lid() -> None:
    true, filled = bowl()
    points = sample_surface(true, 3000).points
    on_true, on_filled = TriangulatedPoints.of(points, true), TriangulatedPoints.of(points, filled)
    assert on_true is not None
    assert on_filled is not None
    assert on_true.off == 0
    assert on_filled.off > 0.3
    sample = sample_surface(filled, 3000)
    lid = (sample.normals[:, 2] > 0.99) & (np.linalg.norm(sample.points[:, :2], axis=1) < 0.06)
    assert lid.sum() > 100
    assert not on_filled.confirm(sample)[lid].any()
    assert on_true.confirm(sample_surface(true, 3000)).mean() > 0.99
    assert TriangulatedPoints.of(points[:20], true) is None
    assert TriangulatedPoints.of(None, true) is None


def test_looks_that_differ_are_shine_where_points_confirm_the_surface_and_held_against_it_elsewhere() -> None:
    mesh, _ = bowl()
    views = photograph_bowl()
    rng = np.random.default_rng(1)
    for view in views:
        blotches = cv2.resize(rng.integers(0, 120, (12, 12)).astype(np.uint8), (SIDE_PX, SIDE_PX))
        view.shot.rgb[:] = np.where(view.mask[..., None], cv2.add(view.shot.rgb, cv2.merge([blotches] * 3)), 235)
    sample = sample_surface(mesh, 3000)
    sightings = sight_points(RayCaster(mesh), sample, views)
    points = TriangulatedPoints.of(sample.points, mesh)
    assert points is not None
    one_side = TriangulatedPoints.of(sample.points[sample.points[:, 0] > 0], mesh)
    assert one_side is not None
    contradicted = [
        measure_photometric(sample, views, sightings, confirmed).contradicted
        for confirmed in (None, one_side.confirm(sample), points.confirm(sample))
    ]
    assert contradicted[0] > 0.7
    assert 0.3 * contradicted[0] < contradicted[1] < 0.6 * contradicted[0]
    assert contradicted[2] == 0


def test_each_rule_alone_decides_the_grade() -> None:
    for rule in RULES:
        sign = 1 if rule.c <= rule.a else -1
        assert grade({rule.figure: rule.a}) == ("A", ())
        worst, reasons = grade({rule.figure: rule.a - sign * 1e-6})
        assert worst != "A"
        assert reasons[0].figure == rule.figure
        assert rule.text in reasons[0].text
        assert [sign * bound for bound in (rule.a, rule.b, rule.c)] == sorted(
            (sign * bound for bound in (rule.a, rule.b, rule.c)), reverse=True
        )


def test_the_grade_is_that_of_the_worst_reason_and_all_are_told() -> None:
    letter, reasons = grade({"silhouette_iou": 0.95, "views": 9, "residual_px": 0.4})
    assert letter == "C"
    assert [(reason.grade, reason.figure) for reason in reasons] == [("C", "views"), ("B", "silhouette_iou")]


def test_one_picture_is_never_better_than_d() -> None:
    assert grade({"several_sides": 0.0, "compared": 0.0, "scale_known": 1.0})[0] == "D"


def test_the_report_of_photos_says_what_the_checks_say(bench: Bench, turntable: Turntable) -> None:
    manifest = bench.run(bench.photos(turntable.folder))
    report = QualityReport.from_json(bench.artifact(manifest, "quality/report").read_bytes())
    checks = measured(manifest)
    assert report.mesh.closed
    assert report.mesh.manifold
    assert report.mesh.genus == 0
    assert checks["grade"] == GRADE_VALUES[report.grade] >= 2
    assert checks["mesh_manifold"] == 1
    assert checks["self_intersections"] == report.mesh.self_intersections
    assert len(report.photos) == 16
    assert all(photo.silhouette_iou is not None and photo.silhouette_iou > 0.9 for photo in report.photos)
    assert report.surface is not None
    assert checks["surface_seen"] == report.surface.seen_thrice > 0.6
    assert checks["photometric_error"] < 0.03


def test_an_imported_mesh_is_graded_by_its_surface_and_shown(bench: Bench, tmp_path: Path) -> None:
    ball = trimesh.creation.icosphere(subdivisions=2, radius=0.1)
    (tmp_path / "ball").mkdir()
    ball.export(tmp_path / "ball/ball.stl")
    manifest = bench.run(bench.mesh(tmp_path / "ball/ball.stl", units="m"))
    report = QualityReport.from_json(bench.artifact(manifest, "quality/report").read_bytes())
    assert (report.grade, report.reasons, report.photos) == ("A", (), ())
    with Image.open(bench.artifact(manifest, "picture/contact_sheet")) as sheet:
        pixels = np.asarray(sheet.convert("L"))
    half = pixels.shape[0] // 2
    quarters = [pixels[:half, :half], pixels[half:, -half:]]
    assert all(0.1 < (quarter < 200).mean() < 0.8 for quarter in quarters)


def test_an_open_mesh_is_graded_c_and_says_why(bench: Bench, tmp_path: Path) -> None:
    ball = trimesh.creation.icosphere(subdivisions=2, radius=0.1)
    (tmp_path / "ball").mkdir()
    trimesh.Trimesh(ball.vertices, ball.faces[4:], process=False).export(tmp_path / "ball/ball.ply")
    report = QualityReport.from_json(
        bench.artifact(bench.run(bench.mesh(tmp_path / "ball/ball.ply", units="m")), "quality/report").read_bytes()
    )
    assert report.grade == "C"
    assert report.mesh.holes >= 1
    assert [reason.figure for reason in report.reasons] == ["open_edges"]
