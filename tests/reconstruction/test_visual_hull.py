"""Posed photos become the object that was photographed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jobs.contracts.reconstruction import MeshLimits, ReconstructedMesh
from jobs.geometry.closed import is_closed_volume
from jobs.geometry.extents import compute_longest_extent_m
from jobs.geometry.glb_file import vertex_colours
from jobs.geometry.mesh_file import load_mesh
from tests.overlap import compute_volume_iou
from tests.reconstruction.conftest import Bench
from tests.reconstruction.turntable import SIDE_PX, Turntable
from tests.reconstruction.values import measured

HULL_SLACK_M = 0.004
"""By how much the exact visual hull of sixteen views exceeds the hammer's edges: 36 degrees lie between neighbours."""


def test_the_mesh_is_the_object_in_metres_closed_and_coloured(bench: Bench, turntable: Turntable) -> None:
    manifest = bench.run(bench.photos(turntable.folder))
    mesh = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    assert is_closed_volume(mesh)
    assert compute_volume_iou(mesh, turntable.mesh) > 0.84
    np.testing.assert_allclose(mesh.bounds, turntable.mesh.bounds, atol=HULL_SLACK_M)
    colours = vertex_colours(mesh)
    assert colours is not None
    red, green, blue, _ = np.median(colours, axis=0)
    assert red > 1.5 * green > 1.5 * 1.5 * blue
    checks = measured(manifest)
    assert checks["mesh_closed"] == checks["mesh_components"] == checks["scale_known"] == 1
    assert checks["views_usable"] == 16
    assert checks["silhouette_iou"] > 0.95
    assert checks["longest_extent_m"] == pytest.approx(compute_longest_extent_m(turntable.mesh), rel=0.05)


def test_artifacts_describe_and_show_the_mesh(bench: Bench, turntable: Turntable) -> None:
    manifest = bench.run(bench.photos(turntable.folder))
    document = ReconstructedMesh.from_json(bench.artifact(manifest, "mesh/document").read_bytes())
    mesh = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    assert (document.vertices, document.faces) == (len(mesh.vertices), len(mesh.faces))
    assert document.scale_source == "cameras"
    assert document.views_used == 16
    assert manifest.provenance.maker == document.provider == "visual_hull"
    assert len(manifest.provenance.sources) == 17
    with Image.open(bench.artifact(manifest, "picture/contact_sheet")) as sheet:
        assert sheet.format == "JPEG"
        assert min(sheet.size) > 300


def test_the_same_photos_give_the_same_bytes(tmp_path: Path, turntable: Turntable) -> None:
    one, other = Bench(tmp_path / "one"), Bench(tmp_path / "other")
    first, second = (place.run(place.photos(turntable.folder)) for place in (one, other))
    assert one.artifact(first, "mesh/glb").read_bytes() == other.artifact(second, "mesh/glb").read_bytes()
    assert first.content_sha256() == second.content_sha256()


def test_a_known_size_beats_the_scale_of_the_cameras(bench: Bench, turntable: Turntable) -> None:
    manifest = bench.run(bench.photos(turntable.folder, known_size_m=0.5))
    assert measured(manifest)["longest_extent_m"] == pytest.approx(0.5)
    assert any("0.5 m" in warning for warning in manifest.provenance.warnings)


def test_without_units_the_scale_is_assumed_and_says_so(bench: Bench, turntable: Turntable) -> None:
    turntable.write_transforms(units=None)
    manifest = bench.run(bench.photos(turntable.folder))
    assert measured(manifest)["scale_known"] == 0
    assert any("metres are assumed" in warning for warning in manifest.provenance.warnings)
    document = ReconstructedMesh.from_json(bench.artifact(manifest, "mesh/document").read_bytes())
    assert document.scale_source == "assumed"


def test_translations_in_millimetres_are_millimetres(bench: Bench, turntable: Turntable) -> None:
    frames = turntable.frames()
    for frame in frames:
        matrix = np.array(frame["transform_matrix"])
        matrix[:3, 3] *= 1000
        frame["transform_matrix"] = matrix.tolist()
    turntable.write_transforms(frames, units="mm")
    checks = measured(bench.run(bench.photos(turntable.folder)))
    assert checks["longest_extent_m"] == pytest.approx(0.12, rel=0.06)
    assert checks["scale_known"] == 1


def test_a_photo_without_a_row_is_a_warning(bench: Bench, turntable: Turntable) -> None:
    shutil.copy(turntable.folder / "images/00.png", turntable.folder / "images/spare.png")
    manifest = bench.run(bench.photos(turntable.folder))
    assert any("images/spare.png" in warning for warning in manifest.provenance.warnings)


def test_a_view_cut_by_the_frame_is_marked_and_does_not_carve_what_it_cannot_see(
    bench: Bench, turntable: Turntable
) -> None:
    frames = turntable.frames()
    for index in (3, 9):
        path = turntable.folder / f"images/{index:02d}.png"
        with Image.open(path) as picture:
            cut = picture.crop((0, 0, SIDE_PX // 2, SIDE_PX))
        cut.save(path)
        frames[index] |= {"w": SIDE_PX // 2}
    turntable.write_transforms(frames)
    manifest = bench.run(bench.photos(turntable.folder))
    document = ReconstructedMesh.from_json(bench.artifact(manifest, "mesh/document").read_bytes())
    assert document.views_cut == ("images/03.png", "images/09.png")
    assert measured(manifest)["views_usable"] == 14
    mesh = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    assert compute_volume_iou(mesh, turntable.mesh) > 0.8


def test_one_wrong_silhouette_does_not_spoil_the_mesh(bench: Bench, turntable: Turntable) -> None:
    shutil.copy(turntable.folder / "images/12.png", turntable.folder / "images/05.png")
    manifest = bench.run(bench.photos(turntable.folder))
    assert any("images/05.png" in warning for warning in manifest.provenance.warnings)
    mesh = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    assert compute_volume_iou(mesh, turntable.mesh) > 0.8


def test_an_object_far_from_the_origin_is_found(bench: Bench, turntable: Turntable) -> None:
    frames = turntable.frames()
    for frame in frames:
        matrix = np.array(frame["transform_matrix"])
        matrix[:3, 3] += (7, -4, 2)
        frame["transform_matrix"] = matrix.tolist()
    turntable.write_transforms(frames)
    manifest = bench.run(bench.photos(turntable.folder))
    mesh = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    np.testing.assert_allclose(mesh.bounds, turntable.mesh.bounds + np.array([7, -4, 2]), atol=HULL_SLACK_M)


def test_photos_are_scaled_down_to_the_working_size(bench: Bench, turntable: Turntable) -> None:
    manifest = bench.run(bench.photos(turntable.folder, carving={"grid": 64, "max_side_px": 96}))
    mesh = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    assert compute_volume_iou(mesh, turntable.mesh) > 0.8


def test_transforms_without_focal_length_use_the_field_of_view(bench: Bench, turntable: Turntable) -> None:
    angle = 2 * np.arctan(0.5 / 1.5)
    turntable.write_transforms(
        fl_x=None, fl_y=None, cx=None, cy=None, w=None, h=None, camera_model=None, camera_angle_x=angle
    )
    document = json.loads((turntable.folder / "transforms.json").read_text())
    assert set(document) == {"camera_angle_x", "frames", "units"}
    assert measured(bench.run(bench.photos(turntable.folder)))["silhouette_iou"] > 0.95
