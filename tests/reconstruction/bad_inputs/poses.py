"""Photos that nothing can place, and COLMAP's files spoiled."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.reconstruction.cameras.sfm_errors import (
    CameraStoodStill,
    ObjectMoves,
    ObjectNotSeen,
    PhotosContradict,
    PosesNotFound,
)
from jobs.reconstruction.errors import CamerasDoNotMatch, InvalidCameras, TooFewViews, UnknownCameraModel
from tests.reconstruction.bad_inputs import BadInputCase
from tests.reconstruction.bad_inputs.capture import capture
from tests.reconstruction.colmap_files import NUMBERS, make_model, write
from tests.reconstruction.conftest import Bench
from tests.reconstruction.textured import GROUND, Thing, around, lump, photograph, room, save_photos, slab
from tests.reconstruction.turntable import SIDE_PX

Make = Callable[[Path, Bench], ReconstructionRequest]
Photos = list[NDArray[np.uint8]]
MAT, AGAIN = "simfoundry mat", "export the cameras again"
PAIR = ("cameras", "images")
TABLE = Thing(slab(), GROUND, grain=1.3)


def unposed(photos: Callable[[], Photos], features: int = 800) -> Make:
    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        save_photos(folder, photos())
        return bench.photos(folder, cameras=None, posing={"features": features})

    return make


def plain_on_plain(folder: Path, bench: Bench) -> ReconstructionRequest:
    capture(folder)
    (folder / "transforms.json").unlink()
    return bench.photos(folder, cameras=None)


def unlike_each_other() -> Photos:
    return [np.random.default_rng(seed).integers(0, 255, (160, 160, 3), np.uint8) for seed in range(9)]


def turned_before_a_room() -> Photos:
    camera = around(12)[1]
    return [photograph([Thing(lump(), turned_deg=30 * i), TABLE], camera)[0] for i in range(12)]


def moved_half_way() -> Photos:
    moved = Thing(lump(), moved=(0.05, 0.06, 0.0), turned_deg=70)
    return [
        photograph([Thing(lump()) if index < 6 else moved, TABLE], camera)[0] for index, camera in enumerate(around(12))
    ]


def from_one_side() -> Photos:
    return [photograph([Thing(lump()), TABLE], camera)[0] for camera in around(12, arc_deg=20)]


def plain_in_a_room() -> Photos:
    things = [Thing(lump(), contrast=0.0), Thing(room(0.7), GROUND, grain=4)]
    return [photograph(things, camera)[0] for camera in around(20)]


def colmap(
    spoil: Callable[[Path], None],
    suffix: str = ".bin",
    kind: str = "PINHOLE",
    files: Sequence[str] = ("cameras", "images"),
) -> Make:
    """A sound capture with COLMAP's cameras, spoiled in their folder."""

    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        turntable = capture(folder)
        (folder / "transforms.json").unlink()
        names = [f"{index:02d}.png" for index in range(len(turntable.cameras))]
        model = make_model(turntable.cameras, names, SIDE_PX, kind, NUMBERS[kind])
        sparse = folder / "sparse/0"
        write(model, sparse, suffix)
        spoil(sparse)
        request = bench.photos(folder, cameras=None)
        cameras = tuple(bench.upload(folder, path) for path in sorted(sparse.iterdir()) if path.stem in files)
        return request.model_copy(update={"source": request.source.model_copy(update={"cameras": cameras})})

    return make


def kept(folder: Path) -> None:
    """Nothing is spoiled."""


def bytes_at(name: str, at: int, data: bytes) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[at : at + len(data)] = data
        (folder / name).write_bytes(content)

    return spoil


def words(name: str, change: Callable[[str], str]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / name).write_text(change((folder / name).read_text()))

    return spoil


def cut_off(name: str, by: int) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-by]) and None


def mirrored(folder: Path) -> None:
    """The world as in a mirror: every camera on the wrong side, and looking at the object all the same."""
    turntable = capture(folder.parent.parent / "again")
    flip = np.diag([-1.0, 1.0, 1.0])
    cameras = [
        replace(camera, R_camera_world=flip @ camera.R_camera_world @ flip, t_camera_world=flip @ camera.t_camera_world)
        for camera in turntable.cameras
    ]
    names = [f"images/{index:02d}.png" for index in range(len(cameras))]
    numbers = [1.5 * SIDE_PX, 1.5 * SIDE_PX, SIDE_PX / 2, SIDE_PX / 2]
    write(make_model(cameras, names, SIDE_PX, "PINHOLE", numbers), folder, ".bin")
    for path in sorted((folder.parent.parent / "again/images").iterdir()):
        path.unlink()


NAN, LYING = struct.pack("<d", float("nan")), struct.pack("<Q", 2**40)
IMAGES, CAMERAS = r"images\.bin", r"cameras\.bin"

CASES = (
    BadInputCase("a plain thing on plain ground", plain_on_plain, PosesNotFound, ("0 of 16", "little texture", MAT)),
    BadInputCase("photos of nothing in common", unposed(unlike_each_other), PosesNotFound, ("of 9 photos", MAT)),
    BadInputCase("an object turned before a room", unposed(turned_before_a_room), ObjectMoves, ("at rest", MAT)),
    BadInputCase("an object moved half-way", unposed(moved_half_way), PhotosContradict, ("contradict", MAT)),
    BadInputCase("photos from one side", unposed(from_one_side), CameraStoodStill, ("at least 30", "walk around")),
    BadInputCase("a plain thing in a room", unposed(plain_in_a_room, 1500), ObjectNotSeen, ("surroundings", MAT)),
    BadInputCase(
        "seven photos without cameras", unposed(lambda: unlike_each_other()[:7]), TooFewViews, ("7 usable", "8")
    ),
    BadInputCase("COLMAP images cut off", colmap(cut_off("images.bin", 7)), InvalidCameras, (IMAGES, AGAIN)),
    BadInputCase("COLMAP cameras cut off", colmap(cut_off("cameras.bin", 1)), InvalidCameras, (CAMERAS, AGAIN)),
    BadInputCase(
        "COLMAP images that announce too many",
        colmap(bytes_at("images.bin", 0, LYING)),
        InvalidCameras,
        (IMAGES, "announces", AGAIN),
    ),
    BadInputCase(
        "COLMAP images that announce too few",
        colmap(bytes_at("images.bin", 0, struct.pack("<Q", 3))),
        InvalidCameras,
        (IMAGES, "follow", AGAIN),
    ),
    BadInputCase(
        "COLMAP points that announce too many",
        colmap(bytes_at("images.bin", 8 + 4 + 56 + 4 + 7, LYING)),
        InvalidCameras,
        (IMAGES, "announces", AGAIN),
    ),
    BadInputCase(
        "a COLMAP pose that is no number",
        colmap(bytes_at("images.bin", 8 + 4, NAN)),
        InvalidCameras,
        (IMAGES, "NaN", AGAIN),
    ),
    BadInputCase(
        "a COLMAP quaternion of no length",
        colmap(bytes_at("images.bin", 8 + 4, bytes(32))),
        InvalidCameras,
        (IMAGES, "length 1", AGAIN),
    ),
    BadInputCase(
        "a COLMAP camera that is not there",
        colmap(bytes_at("images.bin", 8 + 4 + 56, struct.pack("<i", 9))),
        InvalidCameras,
        (IMAGES, "no camera 9", AGAIN),
    ),
    BadInputCase(
        "a COLMAP lens without a size",
        colmap(bytes_at("cameras.bin", 8 + 8, bytes(8))),
        InvalidCameras,
        (CAMERAS, "no size", AGAIN),
    ),
    BadInputCase(
        "a COLMAP lens of an unknown number",
        colmap(bytes_at("cameras.bin", 8 + 4, struct.pack("<i", 77))),
        UnknownCameraModel,
        (CAMERAS, "number 77", "Undistort"),
    ),
    BadInputCase(
        "a COLMAP fisheye", colmap(kept, ".txt", "OPENCV_FISHEYE"), UnknownCameraModel, ("FISHEYE", "Undistort")
    ),
    BadInputCase(
        "COLMAP images without cameras", colmap(kept, files=("images",)), InvalidCameras, ("'cameras.bin'", AGAIN)
    ),
    BadInputCase(
        "COLMAP files of two kinds",
        colmap(lambda folder: (folder / "images.bin").rename(folder / "images.txt") and None),
        InvalidCameras,
        ("both must be text, or both binary", AGAIN),
    ),
    BadInputCase(
        "COLMAP text that is something else",
        colmap(words("images.txt", lambda text: "one two three\n"), ".txt"),
        InvalidCameras,
        (r"images\.txt", "no image", AGAIN),
    ),
    BadInputCase(
        "COLMAP text with words for numbers",
        colmap(words("cameras.txt", lambda text: text.replace("190", "wide")), ".txt"),
        InvalidCameras,
        (r"cameras\.txt", "wide", AGAIN),
    ),
    BadInputCase(
        "COLMAP text with a parameter missing",
        colmap(words("cameras.txt", lambda text: text.replace(" 190 ", " ")), ".txt"),
        InvalidCameras,
        (r"cameras\.txt", "3 parameters instead of 4", AGAIN),
    ),
    BadInputCase(
        "two COLMAP images of one name",
        colmap(words("images.txt", lambda text: text.replace("01.png", "00.png")), ".txt"),
        CamerasDoNotMatch,
        (r"2 rows mean 'images/00\.png'", "exactly these photos"),
    ),
    BadInputCase(
        "a COLMAP image of another folder",
        colmap(words("images.txt", lambda text: text.replace("03.png", "../../secret.png")), ".txt"),
        CamerasDoNotMatch,
        (r"secret\.png", "not there", "exactly these photos"),
    ),
    BadInputCase(
        "COLMAP cameras of a mirrored world", colmap(mirrored), CamerasDoNotMatch, ("contradict|in common", "exactly")
    ),
)
