"""Every way that the issue of bad photos and meshes comes in: its own typed error that names the file, exit code 65."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from tests.flows.command import Command

DUCK = Path(__file__).resolve().parents[2] / "examples" / "turntable" / "duck"
SIDE_PX = 160


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A small copy of a bundled capture that is good, to be spoiled."""
    folder = tmp_path / "duck"
    (folder / "images").mkdir(parents=True)
    document = json.loads((DUCK / "transforms.json").read_text())
    for key in ("w", "h", "fl_x", "fl_y", "cx", "cy"):
        document[key] *= SIDE_PX / 480
    document["w"], document["h"] = SIDE_PX, SIDE_PX
    (folder / "transforms.json").write_text(json.dumps(document))
    for frame in document["frames"]:
        with Image.open(DUCK / frame["file_path"]) as photo:
            photo.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS).save(folder / frame["file_path"], quality=95)
    return folder


def keep_photos(capture: Path, count: int) -> None:
    document = json.loads((capture / "transforms.json").read_text())
    for frame in document["frames"][count:]:
        (capture / frame["file_path"]).unlink()
    document["frames"] = document["frames"][:count]
    (capture / "transforms.json").write_text(json.dumps(document))


def one_photo(capture: Path) -> None:
    keep_photos(capture, 1)


def truncated(capture: Path) -> None:
    photo = capture / "images" / "005.jpg"
    photo.write_bytes(photo.read_bytes()[:1500])


def unreadable(capture: Path) -> None:
    (capture / "images" / "005.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(500))


def bomb(capture: Path) -> None:
    """A PNG of 60,000 x 60,000 pixels in a few hundred bytes: 10 GB when decoded."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )
    rename(capture, "images/005.jpg", "images/005.png").write_bytes(data)


def something_else(capture: Path) -> None:
    (capture / "images" / "005.jpg").write_bytes(b"PK\x03\x04" + bytes(2000))


def wrong_suffix(capture: Path) -> None:
    Image.new("RGB", (SIDE_PX, SIDE_PX), "white").save(capture / "images" / "005.jpg", format="PNG")


def missing_photo(capture: Path) -> None:
    (capture / "images" / "005.jpg").unlink()


def shuffled_cameras(capture: Path) -> None:
    document = json.loads((capture / "transforms.json").read_text())
    order = np.random.default_rng(1).permutation(len(document["frames"]))
    matrices = [document["frames"][k]["transform_matrix"] for k in order]
    for frame, matrix in zip(document["frames"], matrices, strict=True):
        frame["transform_matrix"] = matrix
    (capture / "transforms.json").write_text(json.dumps(document))


def other_size(capture: Path) -> None:
    for photo in (capture / "images").iterdir():
        Image.new("RGB", (SIDE_PX, SIDE_PX // 2), "white").save(photo)


def cut_by_the_frame(capture: Path) -> None:
    """30 of 36 views shifted so far that the object leaves the frame."""
    document = json.loads((capture / "transforms.json").read_text())
    for frame in document["frames"][:30]:
        with Image.open(capture / frame["file_path"]) as photo:
            shifted = Image.new("RGB", photo.size, photo.getpixel((2, 2)))
            shifted.paste(photo, (SIDE_PX // 3, 0))
        shifted.save(capture / frame["file_path"], quality=95)
        frame["cx"] = document["cx"] + SIDE_PX // 3
    (capture / "transforms.json").write_text(json.dumps(document))


def empty_silhouette(capture: Path) -> None:
    Image.new("RGB", (SIDE_PX, SIDE_PX), (229, 232, 237)).save(capture / "images" / "005.jpg")


def broken_cameras(capture: Path) -> None:
    (capture / "transforms.json").write_text('{"frames": [')


def rename(capture: Path, old: str, new: str) -> Path:
    (capture / old).rename(capture / new)
    text = (capture / "transforms.json").read_text()
    (capture / "transforms.json").write_text(text.replace(old, new))
    return capture / new


@pytest.mark.parametrize(
    ("spoil", "error", "named"),
    [
        (one_photo, "TooFewViews", "1"),
        (truncated, "UnreadableImage", "005.jpg"),
        (unreadable, "UnreadableImage", "005.jpg"),
        (bomb, "PictureTooLarge", "005.png"),
        (something_else, "MislabelledImage", "005.jpg"),
        (wrong_suffix, "MislabelledImage", "005.jpg"),
        (missing_photo, "CamerasDoNotMatch", "005.jpg"),
        (shuffled_cameras, "CamerasDoNotMatch", "camera"),
        (other_size, "CamerasDoNotMatch", "images/"),
        (cut_by_the_frame, "TooFewViews", "images/"),
        (empty_silhouette, "EmptySilhouette", "005.jpg"),
        (broken_cameras, "InvalidCameras", "transforms.json"),
    ],
)
def test_a_spoiled_capture_is_refused(
    command: Command, capture: Path, tmp_path: Path, spoil: Callable[[Path], None], error: str, named: str
):
    spoil(capture)
    refused(command, tmp_path / "store", ("--photos", capture), error, named)


def nan_mesh(folder: Path) -> Path:
    path = folder / "nan.obj"
    path.write_text("v 0 0 0\nv nan 0 1\nv 0 1 0\nv 1 1 1\nf 1 2 3\nf 1 2 4\nf 1 3 4\nf 2 3 4\n")
    return path


def empty_mesh(folder: Path) -> Path:
    path = folder / "empty.ply"
    path.write_text(
        "ply\nformat ascii 1.0\nelement vertex 0\nproperty float x\nproperty float y\nproperty float z\n"
        "element face 0\nproperty list uchar int vertex_indices\nend_header\n"
    )
    return path


def fifty_million_faces(folder: Path) -> Path:
    path = folder / "promising.ply"
    path.write_bytes(
        b"ply\nformat binary_little_endian 1.0\n"
        b"element vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
        b"element face 50000000\nproperty list uchar int vertex_indices\nend_header\n" + bytes(36)
    )
    return path


def half_a_glb(folder: Path) -> Path:
    data = trimesh.creation.icosphere().export(file_type="glb")
    assert isinstance(data, bytes)
    path = folder / "half.glb"
    path.write_bytes(data[: len(data) // 2])
    return path


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (nan_mesh, "InvalidVertices"),
        (empty_mesh, "EmptyMesh"),
        (fifty_million_faces, "TooManyFaces"),
        (half_a_glb, "UnreadableMesh"),
    ],
)
def test_a_spoiled_mesh_is_refused(command: Command, tmp_path: Path, make: Callable[[Path], Path], error: str):
    mesh = make(tmp_path)
    units = () if mesh.suffix == ".glb" else ("--units", "m")
    refused(command, tmp_path / "store", ("--mesh", mesh, *units), error, mesh.name)


def test_a_good_small_capture_is_not_refused(command: Command, capture: Path, tmp_path: Path):
    done = command("run", "--photos", capture, "--until", "reconstruction", "--store", tmp_path / "store")
    assert done.returncode == 0, done.stdout + done.stderr


def refused(command: Command, store: Path, source: tuple[object, ...], error: str, named: str) -> None:
    result = command.json("run", *source, "--until", "reconstruction", "--store", store)
    assert result["exit_code"] == 65, result
    [stage] = result["stages"]
    assert stage["error"]["type"] == error, stage["error"]
    assert named in stage["error"]["message"]
    assert not (store / "outputs").exists()
    assert not (store / "verdicts").exists()
