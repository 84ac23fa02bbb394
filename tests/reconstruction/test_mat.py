"""A printed mat tells lens, pose, metres, ground and silhouette; what is printed is what is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from jobs.contracts.reconstruction import MeshLimits, PictureLimits, ReconstructedMesh
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.camera_row import CameraRow
from jobs.reconstruction.cameras.mat import MATS, Mat
from jobs.reconstruction.cameras.mat_calibration import Calibration, calibrate
from jobs.reconstruction.cameras.mat_errors import MatNotFlat
from jobs.reconstruction.cameras.mat_hint import hint_by_mat
from jobs.reconstruction.cameras.mat_pdf import write_mat
from jobs.reconstruction.cameras.mat_sighting import Sighting, find_mats, has_several
from jobs.reconstruction.cameras.shot import Shot, load_shot
from jobs.reconstruction.pictures.hint import BACKGROUND, OBJECT
from jobs.reconstruction.pictures.silhouette import find_silhouette
from tests.overlap import compute_volume_iou
from tests.reconstruction.conftest import Bench
from tests.reconstruction.mat_photos import Stage, pawn, save_photos

RINGS = ((8, 33.0), (6, 58.0))
SIZE_PX, FOCAL_PX, DISTORTION = (640, 480), 760.0, (0.07, -0.05, 0.0, 0.0, 0.0)
POINT_MM = 25.4 / 72


def rasterise(page: bytes, px_per_mm: float) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    """Every rectangle of a page, painted in order by the PDF standard's rules, and the page's size [mm]."""
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", page)
    content = re.search(rb"stream\n(.*)\nendstream", page, re.DOTALL)
    assert box
    assert content
    width_mm, height_mm = (float(side) * POINT_MM for side in box.groups())
    canvas = np.full((round(height_mm * px_per_mm), round(width_mm * px_per_mm)), 255, np.uint8)
    scale, grey, path = 1.0, 0, []
    for line in content[1].decode().splitlines():
        numbers = [float(word) for word in line.split() if re.fullmatch(r"-?[\d.]+", word)]
        if line.endswith(" cm"):
            scale = numbers[0] * POINT_MM
        elif line.endswith(" g"):
            grey = round(255 * numbers[0])
        elif line.endswith(" re"):
            path.append(numbers)
        elif line == "f":
            for left, bottom, width, height in np.array(path) * scale * px_per_mm:
                rows = slice(round(len(canvas) - bottom - height), round(len(canvas) - bottom))
                canvas[rows, round(left) : round(left + width)] = grey
            path = []
    return canvas, (width_mm, height_mm)


@pytest.mark.parametrize("mat", MATS.values(), ids=MATS.keys())
def test_a_printed_page_has_the_papers_size_and_every_corner_where_it_is_looked_for(mat: Mat) -> None:
    px_per_mm = 8.0
    canvas, size_mm = rasterise(write_mat(mat), px_per_mm)
    assert size_mm == pytest.approx(mat.page_mm, abs=1e-3)
    (sighting,) = find_mats(np.repeat(canvas[..., None], 3, axis=2))
    assert sighting.mat == mat
    assert len(sighting.points_m) == (mat.squares[0] - 1) * (mat.squares[1] - 1)
    left, top = (sighting.pixels / px_per_mm - mat.corner_mm).T
    seen_mm = np.column_stack([left - mat.board_mm[0] / 2, mat.board_mm[1] / 2 - top])
    np.testing.assert_allclose(seen_mm, 1000 * sighting.points_m[:, :2], atol=0.1)


def test_the_bar_measures_a_hundred_millimetres_and_the_words_fit_on_the_page() -> None:
    for mat in MATS.values():
        canvas, _ = rasterise(write_mat(mat), 10)
        below = canvas[round(10 * (mat.corner_mm[1] + mat.board_mm[1] + 4.95))]
        assert np.count_nonzero(below < 128) == pytest.approx(1000, abs=1)
        places = re.findall(rb"Tf [\d.]+ (-?[\d.]+) Td", write_mat(mat))
        assert min(float(bottom) for bottom in places) > 5


def test_the_same_mat_gives_the_same_bytes() -> None:
    assert write_mat(MATS["A4"]) == write_mat(MATS["A4"])


def test_marker_numbers_tell_the_papers_apart() -> None:
    numbers = [number for mat in MATS.values() for number in mat.marker_ids]
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) < 250


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage(MATS["A4"], pawn(), np.array([0.75, 0.72, 0.66]), SIZE_PX, FOCAL_PX, DISTORTION)


@pytest.fixture(scope="module")
def cameras(stage: Stage) -> list[Camera]:
    return stage.cameras(RINGS, 0.45)


@pytest.fixture(scope="module")
def photos(stage: Stage, cameras: list[Camera], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mat") / "photos"
    masks = save_photos(stage, cameras, folder)
    np.savez(folder.parent / "masks.npz", *masks)
    return folder


def calibrated(folder: Path) -> Calibration:
    return calibrate([sight(path) for path in sorted(folder.iterdir())], SIZE_PX)


def sight(path: Path) -> Sighting:
    with Image.open(path) as picture:
        (sighting,) = find_mats(np.array(picture))
    return sighting


def test_lens_poses_and_scale_are_those_of_the_camera(photos: Path, cameras: list[Camera]) -> None:
    found = calibrated(photos).cameras
    assert found[0].focal_px == pytest.approx(FOCAL_PX, rel=0.01)
    for mine, true in zip(found, cameras, strict=True):
        turned = np.degrees(np.arccos(np.clip((np.trace(mine.R_camera_world @ true.R_camera_world.T) - 1) / 2, -1, 1)))
        assert turned < 0.3
        assert np.linalg.norm(mine.position - true.position) < 0.004
    corners = np.array([[x, y, z] for x in (-0.05, 0.05) for y in (-0.05, 0.05) for z in (0.0, 0.1)])
    for mine, true in zip(found, cameras, strict=True):
        np.testing.assert_allclose(np.stack(mine.project(corners)[:2]), np.stack(true.project(corners)[:2]), atol=1.0)
    assert triangulated_length(found, cameras, corners) == pytest.approx(1, abs=0.005)


def triangulated_length(found: tuple[Camera, ...], true: list[Camera], points: NDArray[np.float64]) -> float:
    """How long distances between points come out, where found cameras see what true ones saw, as a share."""
    places = []
    for point in points:
        rows = []
        for mine, camera in zip(found, true, strict=True):
            u, v, _ = camera.project(point[None])
            P = mine.K @ np.column_stack([mine.R_camera_world, mine.t_camera_world])
            rows += [u[0] * P[2] - P[0], v[0] * P[2] - P[1]]
        homogeneous = np.linalg.svd(np.array(rows))[2][-1]
        places.append(homogeneous[:3] / homogeneous[3])
    apart = [np.linalg.norm(a - b) for a in places for b in places]
    return float(np.sum(apart) / np.sum([np.linalg.norm(a - b) for a in points for b in points]))


def test_hints_leave_shadow_to_the_background_and_contradict_no_object(photos: Path, cameras: list[Camera]) -> None:
    shots = list(load(photos, cameras))
    true = list(np.load(photos.parent / "masks.npz").values())
    for shot, mask, hint in zip(shots, true, hint_by_mat(shots, MATS["A4"]), strict=True):
        mask = np.asarray(straight(shot, mask))
        assert np.mean(hint[mask] == BACKGROUND) < 0.04
        assert np.count_nonzero((hint == OBJECT) & ~mask) < 0.03 * np.count_nonzero(mask)
        assert np.mean(hint[~mask] == BACKGROUND) > 0.95
        found = find_silhouette(shot.rgb, None, hint).mask
        assert np.count_nonzero(found & mask) > 0.9 * np.count_nonzero(found | mask)


def load(folder: Path, cameras: list[Camera]) -> Iterator[Shot]:
    for path, camera in zip(sorted(folder.iterdir()), cameras, strict=True):
        row = CameraRow(path.name, camera.K, camera.R_camera_world, camera.t_camera_world, camera.distortion)
        yield load_shot(path, path.name, row, "truth", PictureLimits(), 1280)


def straight(shot: Shot, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask seen through the lens, as the undistorted shot shows it."""
    K = shot.camera.K.copy()
    K[:2, 2] -= 0.5
    x, y = cv2.initUndistortRectifyMap(K, np.array(DISTORTION), None, K, mask.shape[::-1], cv2.CV_32FC1)
    return cv2.remap(mask.astype(np.float32), x, y, cv2.INTER_LINEAR) > 0.5


def test_photos_on_a_mat_become_the_object_in_metres_on_its_ground(bench: Bench, photos: Path, stage: Stage) -> None:
    manifest = bench.run(bench.photos(photos, cameras=None))
    document = ReconstructedMesh.from_json(bench.artifact(manifest, "mesh/document").read_bytes())
    assert document.scale_source == "mat"
    mesh = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    assert mesh.bounds[0, 2] == pytest.approx(0, abs=1e-4)
    np.testing.assert_allclose(mesh.extents, stage.body.extents, atol=0.006)
    assert compute_volume_iou(mesh, stage.body) > 0.85


def test_a_mat_that_turns_before_a_resting_camera_is_as_good(bench: Bench, tmp_path: Path, stage: Stage) -> None:
    turning = replace(stage, turning=True, distortion=(0.0,) * 5, colour=np.array([0.03, 0.03, 0.04]))
    save_photos(turning, turning.cameras(((9, 34.0), (5, 60.0)), 0.45), tmp_path / "turning")
    manifest = bench.run(bench.photos(tmp_path / "turning", cameras=None))
    mesh = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    assert compute_volume_iou(mesh, stage.body) > 0.8


def test_two_mats_of_one_paper_are_noticed(photos: Path) -> None:
    with Image.open(photos / "00.jpg") as picture:
        twice = np.hstack([np.array(picture)] * 2)
    assert any(has_several(sighting) for sighting in find_mats(twice))
    assert not has_several(sight(photos / "00.jpg"))


def test_a_curled_mat_is_refused(bench: Bench, tmp_path: Path, stage: Stage) -> None:
    curled = replace(stage, bulge_m=0.03)
    save_photos(curled, curled.cameras(((8, 35.0),), 0.45), tmp_path / "curled")
    with pytest.raises(MatNotFlat, match="flat"):
        bench.run(bench.photos(tmp_path / "curled", cameras=None))


def test_without_a_mat_nothing_is_seen() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 400, 3), np.uint8)
    assert find_mats(noise) == ()
