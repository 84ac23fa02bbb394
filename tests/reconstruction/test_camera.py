"""Cameras of both file formats put points where an independent reader puts them."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from jobs.contracts.reconstruction import PictureLimits, UploadedFile
from jobs.reconstruction.cameras.camera_file import match_photos, read_cameras
from jobs.reconstruction.cameras.shot import load_shot
from jobs.reconstruction.errors import CamerasDoNotMatch, InvalidCameras
from tests.reconstruction.turntable import Turntable, look_at

POINTS = np.random.default_rng(2).uniform(-0.05, 0.05, (50, 3))
MIDDLEBURY_ROW = "a.png 100 0 32 0 100 24 0 0 1 1 0 0 0 1 0 0 0 1 0 0 2"


def uploaded(name: str) -> UploadedFile:
    return UploadedFile(name=name, path=f"uploads/{name}", sha256="0" * 64, bytes=1)


def test_projection_is_opencvs_but_for_half_a_pixel() -> None:
    camera = look_at(np.array([0.3, -0.2, 0.4]), np.zeros(3))
    u, v, depth = camera.project(POINTS)
    turn, _ = cv2.Rodrigues(camera.R_camera_world)
    theirs, _ = cv2.projectPoints(POINTS, turn, camera.t_camera_world, camera.K, None)
    np.testing.assert_allclose(np.column_stack([u, v]), theirs[:, 0], atol=1e-6)
    assert (depth > 0).all()


def test_rays_lead_back_through_the_points() -> None:
    camera = look_at(np.array([0.3, -0.2, 0.4]), np.zeros(3))
    u, v, depth = camera.project(POINTS)
    np.testing.assert_allclose(camera.position + camera.rays(u, v) * depth[:, None], POINTS, atol=1e-12)


def test_a_subsampled_camera_sees_the_centres_of_every_second_pixel() -> None:
    camera = look_at(np.array([0.3, -0.2, 0.4]), np.zeros(3))
    index = np.arange(5, dtype=float)
    there, here = camera.subsampled(2).rays(index + 0.5, index + 0.5), camera.rays(2 * index + 0.5, 2 * index + 0.5)
    np.testing.assert_allclose(there, here, atol=1e-12)


def test_transforms_are_read_as_the_cameras_that_wrote_them(pristine: Turntable) -> None:
    rows = read_cameras(pristine.folder / "transforms.json").rows
    for row, camera in zip(rows, pristine.cameras, strict=True):
        np.testing.assert_allclose(row.R_camera_world, camera.R_camera_world, atol=1e-9)
        np.testing.assert_allclose(row.t_camera_world, camera.t_camera_world, atol=1e-9)


def test_intrinsics_of_a_frame_beat_those_of_the_file(turntable: Turntable) -> None:
    frames = turntable.frames()
    frames[1] |= {"fl_x": 500.0, "cx": 60.0}
    turntable.write_transforms(frames)
    rows = read_cameras(turntable.folder / "transforms.json").rows
    assert rows[1].K is not None
    assert rows[0].K is not None
    assert (rows[1].K[0, 0], rows[1].K[0, 2], rows[0].K[0, 0]) == (500, 60, 192)


def test_distortion_is_taken_out_of_the_photo(turntable: Turntable) -> None:
    turntable.write_transforms(k1=0.3, p1=0.01)
    row = read_cameras(turntable.folder / "transforms.json").rows[0]
    path, limits = turntable.folder / "images/00.png", PictureLimits()
    shot = load_shot(path, "images/00.png", row, "transforms.json", limits, 1280)
    assert shot.camera.distortion == (0, 0, 0, 0, 0)
    K = np.asarray(row.K) - [[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]]
    theirs = cv2.undistort(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB), K, np.array(row.distortion))
    inside = np.s_[30:-30, 30:-30]
    assert np.abs(shot.rgb[inside].astype(int) - theirs[inside]).max() <= 4


def test_a_middlebury_row_is_k_r_t_in_metres(tmp_path: Path) -> None:
    path = tmp_path / "a_par.txt"
    path.write_text("1\n" + MIDDLEBURY_ROW + "\n")
    cameras = read_cameras(path)
    assert cameras.scale_source == "cameras"
    assert cameras.rows[0].K is not None
    assert cameras.rows[0].K[:2, 2].tolist() == [32.5, 24.5]
    assert cameras.rows[0].t_camera_world.tolist() == [0, 0, 2]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1"),
        ("2\n" + MIDDLEBURY_ROW, "how many rows"),
        ("1\n" + MIDDLEBURY_ROW.replace(" 2", ""), "words instead"),
        ("1\n" + MIDDLEBURY_ROW.replace("100", "x"), "could not convert"),
        ("1\n" + MIDDLEBURY_ROW.replace("0 0 2", "0 nan 2"), "NaN"),
        ("1\n" + MIDDLEBURY_ROW.replace("1 0 0 0 1 0", "2 0 0 0 1 0"), "not a rotation"),
        ("1\n" + MIDDLEBURY_ROW.replace("100 0 32", "-100 0 32"), "not a camera matrix"),
    ],
)
def test_a_damaged_middlebury_file_says_which_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "a_par.txt"
    path.write_text(text)
    with pytest.raises(InvalidCameras, match=rf"a_par\.txt.*{says}"):
        read_cameras(path)


def test_an_enormous_camera_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "transforms.json"
    with path.open("wb") as file:
        file.truncate(30_000_000)
    with pytest.raises(InvalidCameras, match="30,000,000 bytes"):
        read_cameras(path)


@pytest.mark.parametrize("written", ["./images/00.png", "images/00.png", "images/00", "elsewhere/00.png", "00.png"])
def test_rows_find_their_photo(turntable: Turntable, written: str) -> None:
    document = json.loads((turntable.folder / "transforms.json").read_text())
    document["frames"] = [document["frames"][0] | {"file_path": written}]
    (turntable.folder / "transforms.json").write_text(json.dumps(document))
    rows = read_cameras(turntable.folder / "transforms.json").rows
    photos = (uploaded("images/00.png"), uploaded("images/01.png"))
    found, unused = match_photos(uploaded("transforms.json"), rows, photos)
    assert [photo.name for photo, _ in found] == ["images/00.png"]
    assert unused == ["images/01.png"]


def test_a_name_that_two_photos_have_means_neither(pristine: Turntable) -> None:
    rows = read_cameras(pristine.folder / "transforms.json").rows[:1]
    photos = (uploaded("left/00.png"), uploaded("right/00.png"))
    with pytest.raises(CamerasDoNotMatch, match="not there"):
        match_photos(uploaded("transforms.json"), rows, photos)
