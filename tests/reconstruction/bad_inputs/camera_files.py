"""Camera files that make no sense, or are not those of the photos."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.reconstruction.errors import CamerasDoNotMatch, InvalidCameras, TooFewViews, UnknownCameraModel
from tests.reconstruction.bad_inputs import BadInputCase
from tests.reconstruction.bad_inputs.capture import capture, photo
from tests.reconstruction.conftest import Bench
from tests.reconstruction.turntable import Turntable

Make = Callable[[Path, Bench], ReconstructionRequest]
Frames = list[dict[str, Any]]
FILE, AGAIN, EXACTLY = r"transforms\.json", "export the cameras again", "from exactly these photos"
MISMATCH = (FILE, "contradict|no point in common", EXACTLY)


def framed(change: Callable[[Frames], Frames], **changes: object) -> Make:
    """A capture with other rows in its camera file."""

    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        turntable = capture(folder)
        turntable.write_transforms(change(turntable.frames()), **changes)
        return bench.photos(folder)

    return make


def kept(frames: Frames) -> Frames:
    return frames


def posed(index: int, change: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Make:
    """One matrix changed."""

    def make(frames: Frames) -> Frames:
        frames[index]["transform_matrix"] = change(np.array(frames[index]["transform_matrix"])).tolist()
        return frames

    return framed(make)


def all_posed(change: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Callable[[Frames], Frames]:
    return lambda frames: [
        frame | {"transform_matrix": change(np.array(frame["transform_matrix"])).tolist()} for frame in frames
    ]


def dealt(order: Callable[[int], list[int]]) -> Make:
    """The photos dealt to the cameras in another order."""

    def deal(frames: Frames) -> Frames:
        given = [frames[other]["file_path"] for other in order(len(frames))]
        return [frame | {"file_path": path} for frame, path in zip(frames, given, strict=True)]

    return framed(deal)


def written(text: str) -> Make:
    """A capture whose camera file is this text."""

    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        capture(folder)
        (folder / "transforms.json").write_text(text)
        return bench.photos(folder)

    return make


def named(name: str, text: str) -> Make:
    """A capture with another camera file."""

    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        capture(folder)
        (folder / name).write_text(text)
        return bench.photos(folder, cameras=name)

    return make


def spoilt(change: Callable[[Turntable], None]) -> Make:
    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        turntable = capture(folder)
        change(turntable)
        return bench.photos(folder)

    return make


def _twice(frames: Frames) -> Frames:
    frames[1]["file_path"] = frames[0]["file_path"]
    return frames


def _at_nowhere(frames: Frames) -> Frames:
    frames[2]["transform_matrix"][0][3] = float("nan")
    return frames


def _stretched_twice(frames: Frames) -> Frames:
    for index in (1, 2):
        frames[index]["transform_matrix"] = np.diag([1.0, 1, 1, 2]).tolist()
    return frames


def _backwards(count: int) -> list[int]:
    low = count * 2 // 3
    return [0, *range(low - 1, 0, -1), *range(count - 1, low - 1, -1)]


MIRROR = np.diag([1.0, -1.0, 1.0, 1.0])
"""Of the world, across the plane y = 0."""

CASES = (
    BadInputCase("an empty camera file", written(""), InvalidCameras, (FILE, AGAIN)),
    BadInputCase("a camera file cut off", written("{"), InvalidCameras, (FILE, AGAIN)),
    BadInputCase("a camera file that is a list", written("[]"), InvalidCameras, (FILE, AGAIN)),
    BadInputCase("frames that are a number", written('{"frames": 3}'), InvalidCameras, (FILE, AGAIN)),
    BadInputCase("a camera file of nested lists", written("[" * 50_000), InvalidCameras, (FILE, AGAIN)),
    BadInputCase(
        "a matrix of one number",
        written('{"frames": [{"file_path": "a", "transform_matrix": [[NaN]]}]}'),
        InvalidCameras,
        (FILE, AGAIN),
    ),
    BadInputCase("no rows", framed(lambda frames: []), CamerasDoNotMatch, ("no rows", EXACTLY)),
    BadInputCase("two rows for one photo", framed(_twice), CamerasDoNotMatch, (r"2 rows mean 'images/00\.png'",)),
    BadInputCase(
        "a photo that is missing",
        spoilt(lambda turntable: photo(turntable, 4).unlink()),
        CamerasDoNotMatch,
        (FILE, r"images/04\.png", "not there", EXACTLY),
    ),
    BadInputCase(
        "a path out of the folder",
        framed(lambda frames: [frames[0] | {"file_path": "../../../etc/passwd"}, *frames[1:]]),
        CamerasDoNotMatch,
        ("passwd", "not there", EXACTLY),
    ),
    BadInputCase(
        "cameras for another size",
        framed(kept, w=640, h=480),
        CamerasDoNotMatch,
        (r"00\.png' is 128 x 128 px, its row says 640 x 480", EXACTLY),
    ),
    BadInputCase(
        "a principal point outside the photo", framed(kept, cx=5000), CamerasDoNotMatch, ("principal point", EXACTLY)
    ),
    BadInputCase("photos of other sides than the cameras say", dealt(_backwards), CamerasDoNotMatch, MISMATCH),
    BadInputCase(
        "shuffled cameras",
        dealt(lambda count: np.random.default_rng(1).permutation(count).tolist()),
        CamerasDoNotMatch,
        MISMATCH,
    ),
    BadInputCase(
        "cameras that look away",
        framed(all_posed(lambda matrix: matrix @ np.diag([1, -1, -1, 1]))),
        CamerasDoNotMatch,
        MISMATCH,
    ),
    BadInputCase(
        "a mirrored world",
        framed(all_posed(lambda matrix: MIRROR @ matrix @ np.diag([-1, 1, 1, 1]))),
        CamerasDoNotMatch,
        MISMATCH,
    ),
    BadInputCase(
        "poses that are inverted",
        framed(all_posed(np.linalg.inv)),
        CamerasDoNotMatch,
        MISMATCH,
    ),
    BadInputCase(
        "a matrix that stretches",
        posed(7, lambda matrix: matrix * np.array([[2], [1], [1], [1]])),
        InvalidCameras,
        (r"07\.png", "not a rotation", AGAIN),
    ),
    BadInputCase(
        "a matrix that mirrors",
        posed(7, lambda matrix: matrix @ np.diag([-1, 1, 1, 1])),
        InvalidCameras,
        (r"07\.png", "mirror image", AGAIN),
    ),
    BadInputCase(
        "a matrix with another last row",
        posed(7, lambda matrix: matrix + np.array([[0], [0], [0], [1]])),
        InvalidCameras,
        (r"07\.png", "last row", AGAIN),
    ),
    BadInputCase("several wrong matrices", framed(_stretched_twice), InvalidCameras, (r"01\.png.*02\.png", AGAIN)),
    BadInputCase("nan in a pose", framed(_at_nowhere), InvalidCameras, (r"frames\.2\.transform_matrix", AGAIN)),
    BadInputCase(
        "neither focal length nor angle",
        framed(kept, fl_x=None, fl_y=None),
        InvalidCameras,
        ("neither fl_x nor camera_angle_x", AGAIN),
    ),
    BadInputCase(
        "a fisheye",
        framed(kept, camera_model="OPENCV_FISHEYE"),
        UnknownCameraModel,
        ("'OPENCV_FISHEYE'.*PINHOLE", "Undistort"),
    ),
    BadInputCase(
        "a camera file of another kind",
        named("cameras.xml", "<cameras/>"),
        InvalidCameras,
        (r"cameras\.xml", AGAIN),
    ),
    BadInputCase("a par file of words", named("dino_par.txt", "one\ntwo"), InvalidCameras, (r"dino_par\.txt", AGAIN)),
    BadInputCase(
        "a par file that promises more rows",
        named("dino_par.txt", "9\n00.png 1 0 0 0 1 0 0 0 1 1 0 0 0 1 0 0 0 1 0 0 1\n"),
        InvalidCameras,
        (r"dino_par\.txt", AGAIN),
    ),
    BadInputCase(
        "one photo",
        spoilt(
            lambda turntable: [path.unlink() for path in sorted((turntable.folder / "images").iterdir())[1:]] and None
        ),
        TooFewViews,
        ("1 usable photo, at least 8", "Add photos from all sides"),
    ),
)
