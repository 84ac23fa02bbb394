"""COLMAP's cameras are read as COLMAP wrote them, and not believed where they contradict themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jobs.contracts.reconstruction import UploadedFile
from jobs.reconstruction.cameras.camera_file import match_photos, read_cameras
from jobs.reconstruction.cameras.camera_row import CameraRow
from jobs.reconstruction.cameras.colmap_bytes import Reader
from jobs.reconstruction.errors import InvalidCameras, UnknownCameraModel
from tests.reconstruction.colmap_files import NUMBERS, make_model, write
from tests.reconstruction.conftest import Bench
from tests.reconstruction.turntable import SIDE_PX, Turntable
from tests.reconstruction.values import measured

BOTH = pytest.mark.parametrize("suffix", [".bin", ".txt"])


def uploaded(name: str) -> UploadedFile:
    return UploadedFile(name=name, path=f"uploads/{name}", sha256="0" * 64, bytes=1)


@BOTH
@pytest.mark.parametrize("kind", ["SIMPLE_PINHOLE", "PINHOLE", "SIMPLE_RADIAL", "RADIAL", "OPENCV"])
def test_what_colmap_wrote_is_read(pristine: Turntable, tmp_path: Path, suffix: str, kind: str) -> None:
    names = [f"a photo {index}.png" for index in range(4)]
    model = make_model(pristine.cameras[:4], names, SIDE_PX, kind, NUMBERS[kind])
    read = read_cameras(*write(model, tmp_path, suffix))
    assert read.scale_source == "assumed"
    lens = model.cameras[1]
    distortion = [*lens.params[lens.extra_params_idxs()], 0, 0, 0, 0][:4]
    for row, name, camera in zip(read.rows, names, pristine.cameras[:4], strict=True):
        assert row.photo == name
        assert row.size_px == (SIDE_PX, SIDE_PX)
        assert row.K is not None
        np.testing.assert_array_equal(row.K, lens.calibration_matrix())
        np.testing.assert_array_equal(row.distortion[:4], distortion)
        np.testing.assert_allclose(row.R_camera_world, camera.R_camera_world, atol=1e-12)
        np.testing.assert_allclose(row.t_camera_world, camera.t_camera_world, atol=1e-12)


@BOTH
def test_a_fisheye_is_refused_by_name(pristine: Turntable, tmp_path: Path, suffix: str) -> None:
    model = make_model(pristine.cameras[:1], ["a"], SIDE_PX, "OPENCV_FISHEYE", NUMBERS["OPENCV_FISHEYE"])
    with pytest.raises(UnknownCameraModel, match=r"OPENCV_FISHEYE.*Known: OPENCV, PINHOLE"):
        read_cameras(*write(model, tmp_path, suffix))


@pytest.mark.parametrize("which", [0, 1])
def test_binary_files_cut_off_anywhere_are_refused(pristine: Turntable, tmp_path: Path, which: int) -> None:
    files = write(
        make_model(pristine.cameras[:3], list("abc"), SIDE_PX, "PINHOLE", NUMBERS["PINHOLE"]), tmp_path, ".bin"
    )
    whole = files[which].read_bytes()
    for length in range(len(whole)):
        files[which].write_bytes(whole[:length])
        with pytest.raises(InvalidCameras, match=files[which].name):
            read_cameras(*files)


def test_a_name_is_searched_no_farther_than_its_longest() -> None:
    with pytest.raises(ValueError, match="1,024"):
        Reader(b"x" * 5000 + b"\0").text(1024)


def test_photos_of_a_folder_that_colmap_was_given_are_found() -> None:
    photos = (uploaded("images/front/1.png"), uploaded("images/back/1.png"), uploaded("images/2.png"))
    written = ("front/1.png", "back/1.png", "2.png")
    rows = tuple(CameraRow(name, None, np.eye(3), np.zeros(3)) for name in written)
    found, unused = match_photos(uploaded("sparse/0/images.bin"), rows, photos)
    assert {row.photo: photo.name for photo, row in found} == {
        "front/1.png": "images/front/1.png",
        "back/1.png": "images/back/1.png",
        "2.png": "images/2.png",
    }
    assert unused == []


def test_photos_with_colmaps_cameras_come_back_at_the_given_size(bench: Bench, turntable: Turntable) -> None:
    names = [f"{index:02d}.png" for index in range(len(turntable.cameras))]
    numbers = [1.5 * SIDE_PX, 1.5 * SIDE_PX, SIDE_PX / 2, SIDE_PX / 2]
    model = make_model(turntable.cameras, names, SIDE_PX, "PINHOLE", numbers)
    write(model, turntable.folder / "sparse/0", ".bin")
    request = bench.photos(turntable.folder, cameras="sparse/0/cameras.bin", known_size_m=0.12)
    images = bench.upload(turntable.folder, turntable.folder / "sparse/0/images.bin")
    source = request.source.model_copy(update={"cameras": (*request.source.cameras, images)})
    checks = measured(bench.run(request.model_copy(update={"source": source})))
    assert checks["longest_extent_m"] == pytest.approx(0.12)
    assert checks["silhouette_iou"] > 0.95
