"""Everything that can be wrong with photos or their cameras has a name, and nothing is committed then."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from jobs.contracts.reconstruction import PhotoSource
from jobs.reconstruction.errors import (
    CamerasDoNotMatch,
    EmptySilhouette,
    FullSilhouette,
    InvalidCameras,
    MislabelledImage,
    NoPhotos,
    PictureTooLarge,
    TooFewViews,
    TooManyPhotos,
    UnknownCameraModel,
    UnreadableImage,
)
from jobs.runtime.errors import BadInput
from tests.reconstruction.conftest import Bench
from tests.reconstruction.turntable import GREY, SIDE_PX, Turntable

Repaint = Callable[[int, Callable[[Image.Image], Image.Image]], None]


def refused(bench: Bench, turntable: Turntable, kind: type[BadInput], says: str, **changes: object) -> None:
    with pytest.raises(kind, match=says) as caught:
        bench.run(bench.photos(turntable.folder, **changes))
    assert caught.value.exit_code == 65
    assert not list(bench.store.list("outputs/"))


def test_no_photos(bench: Bench, turntable: Turntable) -> None:
    request = bench.photos(turntable.folder)
    assert isinstance(request.source, PhotoSource)
    empty = request.model_copy(update={"source": request.source.model_copy(update={"photos": ()})})
    with pytest.raises(NoPhotos, match="'thing' has no photos"):
        bench.run(empty)


def test_one_photo(bench: Bench, turntable: Turntable) -> None:
    for path in sorted((turntable.folder / "images").iterdir())[1:]:
        path.unlink()
    refused(bench, turntable, TooFewViews, "1 usable photo, at least 8")


def test_too_many_photos(bench: Bench, turntable: Turntable) -> None:
    refused(bench, turntable, TooManyPhotos, "16 photos; at most 10", pictures={"max_photos": 10})


def test_a_truncated_photo(bench: Bench, turntable: Turntable) -> None:
    path = turntable.folder / "images/04.png"
    path.write_bytes(path.read_bytes()[:700])
    refused(bench, turntable, UnreadableImage, r"04\.png")


def test_a_photo_that_is_something_else(bench: Bench, turntable: Turntable) -> None:
    with Image.open(turntable.folder / "images/04.png") as picture:
        picture.save(turntable.folder / "images/04.png", format="JPEG")
    refused(bench, turntable, MislabelledImage, r"04\.png.*JPEG")


def test_a_decompression_bomb(bench: Bench, turntable: Turntable) -> None:
    Image.new("1", (20_000, 20_000)).save(turntable.folder / "images/04.png")
    refused(bench, turntable, PictureTooLarge, r"04\.png")


def test_a_missing_photo(bench: Bench, turntable: Turntable) -> None:
    (turntable.folder / "images/04.png").unlink()
    refused(bench, turntable, CamerasDoNotMatch, r"transforms\.json.*images/04\.png.*not there")


def test_two_rows_for_one_photo(bench: Bench, turntable: Turntable) -> None:
    frames = turntable.frames()
    frames[1]["file_path"] = frames[0]["file_path"]
    turntable.write_transforms(frames)
    refused(bench, turntable, CamerasDoNotMatch, r"2 rows mean 'images/00\.png'")


def test_no_rows(bench: Bench, turntable: Turntable) -> None:
    turntable.write_transforms([])
    refused(bench, turntable, CamerasDoNotMatch, "no rows")


def test_cameras_for_another_size(bench: Bench, turntable: Turntable) -> None:
    turntable.write_transforms(w=640, h=480)
    refused(bench, turntable, CamerasDoNotMatch, r"00\.png' is 128 x 128 px, its row says 640 x 480")


def test_a_principal_point_outside_the_photo(bench: Bench, turntable: Turntable) -> None:
    turntable.write_transforms(cx=5000)
    refused(bench, turntable, CamerasDoNotMatch, "principal point")


def test_shuffled_cameras(bench: Bench, turntable: Turntable) -> None:
    frames = turntable.frames()
    order = np.random.default_rng(1).permutation(len(frames))
    shuffled = [frame | {"file_path": frames[other]["file_path"]} for frame, other in zip(frames, order, strict=True)]
    turntable.write_transforms(shuffled)
    refused(bench, turntable, CamerasDoNotMatch, "contradict|nothing|no point")


def test_a_turntable_that_turned_the_other_way(bench: Bench, turntable: Turntable) -> None:
    frames = turntable.frames()
    low = len(frames) * 2 // 3
    backwards = [0, *range(low - 1, 0, -1), *range(len(frames) - 1, low - 1, -1)]
    turntable.write_transforms(
        [frame | {"file_path": frames[other]["file_path"]} for frame, other in zip(frames, backwards, strict=True)]
    )
    refused(bench, turntable, CamerasDoNotMatch, "contradict|no point")


def test_cameras_that_look_away(bench: Bench, turntable: Turntable) -> None:
    frames = turntable.frames()
    for frame in frames:
        frame["transform_matrix"] = (np.array(frame["transform_matrix"]) @ np.diag([1, -1, -1, 1])).tolist()
    turntable.write_transforms(frames)
    refused(bench, turntable, CamerasDoNotMatch, "no point in common|contradict")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda matrix: matrix * np.array([[2], [1], [1], [1]]), "not a rotation"),
        (lambda matrix: matrix @ np.diag([-1, 1, 1, 1]), "mirror image"),
        (lambda matrix: matrix + np.array([[0], [0], [0], [1]]), "last row"),
    ],
)
def test_matrices_that_are_no_poses(
    bench: Bench, turntable: Turntable, spoil: Callable[[np.ndarray], np.ndarray], says: str
) -> None:
    frames = turntable.frames()
    frames[7]["transform_matrix"] = spoil(np.array(frames[7]["transform_matrix"])).tolist()
    turntable.write_transforms(frames)
    refused(bench, turntable, InvalidCameras, rf"07\.png.*{says}")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"frames": 3}', '{"frames": [{"file_path": "a", "transform_matrix": [[NaN]]}]}']
)
def test_a_camera_file_that_makes_no_sense(bench: Bench, turntable: Turntable, text: str) -> None:
    (turntable.folder / "transforms.json").write_text(text)
    refused(bench, turntable, InvalidCameras, r"transforms\.json")


def test_nan_in_a_pose(bench: Bench, turntable: Turntable) -> None:
    frames = turntable.frames()
    frames[2]["transform_matrix"][0][3] = float("nan")  # pyright: ignore - a list of lists
    turntable.write_transforms(frames)
    refused(bench, turntable, InvalidCameras, r"frames\.2\.transform_matrix")


def test_neither_focal_length_nor_angle(bench: Bench, turntable: Turntable) -> None:
    turntable.write_transforms(fl_x=None, fl_y=None)
    refused(bench, turntable, InvalidCameras, "neither fl_x nor camera_angle_x")


def test_a_fisheye(bench: Bench, turntable: Turntable) -> None:
    turntable.write_transforms(camera_model="OPENCV_FISHEYE")
    refused(bench, turntable, UnknownCameraModel, r"'OPENCV_FISHEYE'.*PINHOLE")


def test_a_camera_file_of_another_kind(bench: Bench, turntable: Turntable) -> None:
    (turntable.folder / "cameras.xml").write_text("<cameras/>")
    with pytest.raises(InvalidCameras, match=r"cameras\.xml.*'\.xml'"):
        bench.run(bench.photos(turntable.folder, cameras="cameras.xml"))


def test_an_object_cut_by_the_frame_in_most_views(bench: Bench, turntable: Turntable) -> None:
    frames = turntable.frames()
    for index in range(9):
        path = turntable.folder / f"images/{index:02d}.png"
        with Image.open(path) as picture:
            cut = picture.crop((0, 0, SIDE_PX // 2 + 4, SIDE_PX))
        cut.save(path)
        frames[index] |= {"w": SIDE_PX // 2 + 4}
    turntable.write_transforms(frames)
    refused(bench, turntable, TooFewViews, r"7 usable photos, at least 8 .*images/00\.png.*and 1 more")


def test_a_photo_without_the_object(bench: Bench, turntable: Turntable, repaint: Repaint) -> None:
    repaint(6, lambda picture: Image.new("RGB", picture.size, GREY))
    refused(bench, turntable, EmptySilhouette, r"06\.png")


def test_alpha_that_is_empty(bench: Bench, turntable: Turntable, repaint: Repaint) -> None:
    def clear(picture: Image.Image) -> Image.Image:
        picture.putalpha(0)
        return picture

    repaint(6, clear)
    refused(bench, turntable, EmptySilhouette, r"06\.png")


def test_an_object_that_fills_the_photo(bench: Bench, turntable: Turntable, repaint: Repaint) -> None:
    def fill(picture: Image.Image) -> Image.Image:
        alpha = Image.new("L", picture.size, 255)
        alpha.putpixel((0, 0), 0)
        picture.putalpha(alpha)
        return picture

    repaint(6, fill)
    refused(bench, turntable, FullSilhouette, r"06\.png")


def test_every_problem_of_a_camera_file_is_listed_at_once(bench: Bench, turntable: Turntable) -> None:
    frames = turntable.frames()
    for index in (1, 2):
        frames[index]["transform_matrix"] = np.diag([1.0, 1, 1, 2]).tolist()
    turntable.write_transforms(frames)
    refused(bench, turntable, InvalidCameras, r"01\.png.*02\.png")
    assert json.loads((turntable.folder / "transforms.json").read_text())["frames"]
