"""RGB-D scans that cannot be worked with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import manifold3d
import numpy as np
from PIL import Image

from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.geometry.closed import from_manifold
from jobs.reconstruction.errors import PictureTooLarge, UnreadableImage
from jobs.reconstruction.scans.errors import (
    DifferentSizes,
    IncompleteScan,
    InvalidPoses,
    MissingIntrinsics,
    NoObjects,
    NoSupportPlane,
    PosesDoNotMatch,
    TooFewFrames,
    UnknownScanLayout,
    UnreadableDepth,
    UnreadableScanFile,
    WrongDepthUnit,
)
from jobs.runtime.errors import BadInput
from tests.reconstruction.bad_inputs import BadInputCase
from tests.reconstruction.conftest import Bench
from tests.reconstruction.tabletop import Tabletop, pristine, request_for, save_depth, spoilt, table

Change = Callable[[Path], object]
MIRROR = np.diag([-1.0, 1, 1, 1])


def seven_scenes(name: str, change: Change, error: type[BadInput], *says: str, **request: object) -> BadInputCase:
    """A sound 7-Scenes folder, changed."""

    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        pristine().write_seven_scenes(folder)
        change(folder)
        return request_for(folder, bench, **request)

    return BadInputCase(f"scan: {name}", make, error, says)


def poses(name: str, change: Callable[[Tabletop], object], error: type[BadInput], *says: str) -> BadInputCase:
    """A 7-Scenes folder whose frames are wrong before they are written."""

    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        spoilt(change).write_seven_scenes(folder)
        return request_for(folder, bench)

    return BadInputCase(f"scan: {name}", make, error, says)


def layout(name: str, kind: str, change: Change, error: type[BadInput], *says: str) -> BadInputCase:
    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        getattr(pristine(), f"write_{kind}")(folder)
        change(folder)
        return request_for(folder, bench)

    return BadInputCase(f"scan: {name}", make, error, says)


def scene(name: str, make_scan: Callable[[], Tabletop], error: type[BadInput], *says: str) -> BadInputCase:
    def make(folder: Path, bench: Bench) -> ReconstructionRequest:
        make_scan().write_seven_scenes(folder)
        return request_for(folder, bench, scans={"passes": 0})

    return BadInputCase(f"scan: {name}", make, error, says)


def frame(folder: Path, end: str) -> Path:
    return folder / f"frame-000004.{end}"


def rewrite_depth(step_m: float) -> Change:
    return lambda folder: [
        save_depth(folder / f"frame-{i:06d}.depth.png", depth, step_m) for i, depth in enumerate(pristine().depth_m)
    ]


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def keep_frames(folder: Path, count: int) -> None:
    for path in folder.glob("frame-*"):
        if int(path.name[6:12]) >= count:
            path.unlink()


def every_pose(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Tabletop], object]:
    def spoil(scan: Tabletop) -> None:
        scan.T_world_camera = [change(T) for T in scan.T_world_camera]

    return spoil


def bomb(path: Path) -> None:
    Image.new("I;16", (10_000, 10_000)).save(path)


def edit_json(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def ball_only() -> Tabletop:
    """Nothing flat."""
    return Tabletop.scanned([from_manifold(manifold3d.Manifold.sphere(0.25, 96))])


POSE, DEPTH, COLOUR = "pose.txt", "depth.png", "color.png"
CASES = (
    seven_scenes("depth stated in metres", lambda f: None, WrongDepthUnit, "In steps of mm", depth_unit="m"),
    seven_scenes("depth stated in cm", lambda f: None, WrongDepthUnit, "In steps of mm", depth_unit="cm"),
    seven_scenes("depth in 1/5000 m where mm are due", rewrite_depth(0.0002), WrongDepthUnit, "In steps of 1/5000 m"),
    seven_scenes("depth in cm where mm are due", rewrite_depth(0.01), WrongDepthUnit, "In steps of cm"),
    seven_scenes(
        "no depth measured",
        lambda f: [Image.new("I;16", (160, 120)).save(p) for p in f.glob("*.depth.png")],
        TooFewFrames,
        "0 usable",
    ),
    seven_scenes(
        "8-bit depth",
        lambda f: [Image.new("L", (160, 120), 90).save(p) for p in f.glob("*.depth.png")],
        UnreadableDepth,
        "mode L",
        "16-bit",
    ),
    seven_scenes("depth picture cut off", lambda f: cut(frame(f, DEPTH)), UnreadableDepth, "000004.depth"),
    seven_scenes(
        "depth picture is a JPEG",
        lambda f: Image.new("L", (160, 120)).save(frame(f, DEPTH), "JPEG"),
        UnreadableDepth,
        "000004.depth",
    ),
    seven_scenes("depth picture is empty", lambda f: frame(f, DEPTH).write_bytes(b""), UnreadableDepth, "000004.depth"),
    seven_scenes("depth of a hundred megapixels", lambda f: bomb(frame(f, DEPTH)), PictureTooLarge, "pixels"),
    seven_scenes("colour picture cut off", lambda f: cut(frame(f, COLOUR)), UnreadableImage, "000004.color"),
    seven_scenes(
        "one depth picture of another size",
        lambda f: Image.new("I;16", (80, 60), 700).save(frame(f, DEPTH)),
        DifferentSizes,
        "000004",
        "80 x 60",
    ),
    seven_scenes(
        "colour of other proportions",
        lambda f: [Image.new("RGB", (160, 90)).save(p) for p in f.glob("*.color.png")],
        DifferentSizes,
        "160 x 90",
        "registered",
    ),
    seven_scenes("a pose missing", lambda f: frame(f, POSE).unlink(), IncompleteScan, "000004' has no pose"),
    seven_scenes("a depth picture missing", lambda f: frame(f, DEPTH).unlink(), IncompleteScan, "no depth picture"),
    seven_scenes("a colour picture missing", lambda f: frame(f, COLOUR).unlink(), IncompleteScan, "no colour picture"),
    seven_scenes("a pose of words", lambda f: frame(f, POSE).write_text("lost\n"), UnreadableScanFile, "no number"),
    seven_scenes(
        "a pose of bytes", lambda f: frame(f, POSE).write_bytes(b"\xff\xfe\x00\x81"), UnreadableScanFile, "no text"
    ),
    seven_scenes("a pose cut off", lambda f: cut(frame(f, POSE)), InvalidPoses, "000004", "4 x 4"),
    seven_scenes("too few frames", lambda f: keep_frames(f, 5), TooFewFrames, "5 usable", "at least 8"),
    seven_scenes(
        "intrinsics of zeros",
        lambda f: np.savetxt(f / "camera-intrinsics.txt", np.zeros((3, 3))),
        UnreadableScanFile,
        "camera-intrinsics",
    ),
    poses("poses mirrored", every_pose(lambda T: MIRROR @ T), InvalidPoses, "mirror image", "and 18 more"),
    poses("poses with NaN", every_pose(lambda T: T * np.nan), InvalidPoses, "NaN"),
    poses("poses scaled", every_pose(lambda T: T @ np.diag([2.0, 2, 2, 1])), InvalidPoses, "no rotation"),
    poses("poses inverted", every_pose(np.linalg.inv), PosesDoNotMatch, "invert them"),
    poses(
        "poses of cameras that look along -z",
        every_pose(lambda T: T @ np.diag([1.0, -1, -1, 1])),
        PosesDoNotMatch,
        "along -z",
    ),
    poses(
        "poses of another order",
        lambda scan: scan.T_world_camera.sort(key=lambda T: T[0, 3] * 7919 % 1),
        PosesDoNotMatch,
        "only .* agree",
    ),
    poses(
        "poses in mm",
        every_pose(lambda T: T @ np.eye(4) + 999 * np.outer(T[:, 3] * [1, 1, 1, 0], [0, 0, 0, 1])),
        WrongDepthUnit,
        "times as large",
    ),
    layout(
        "folder of something else",
        "tum",
        lambda f: [p.unlink() for p in f.glob("*.txt")],
        IncompleteScan,
        "no trajectory",
    ),
    layout("TUM without intrinsics", "tum", lambda f: (f / "intrinsics.txt").unlink(), MissingIntrinsics, "525 525"),
    layout("TUM without poses", "tum", lambda f: (f / "groundtruth.txt").unlink(), IncompleteScan, "groundtruth.txt"),
    layout(
        "TUM with poses of another day",
        "tum",
        lambda f: (f / "groundtruth.txt").write_text("900000 0 0 0 0 0 0 1\n"),
        IncompleteScan,
        "same time",
    ),
    layout(
        "TUM with a quaternion of zeros",
        "tum",
        lambda f: (f / "groundtruth.txt").write_text("".join(f"{100 + i / 10} 0 0 0 0 0 0 0\n" for i in range(24))),
        InvalidPoses,
        "NaN",
    ),
    layout(
        "TUM with a list that leads out of the folder",
        "tum",
        lambda f: (f / "depth.txt").write_text("100.0 ../../etc/passwd\n"),
        IncompleteScan,
        "is not there",
    ),
    layout(
        "Redwood with a pose too few",
        "redwood",
        lambda f: (f / "trajectory.log").write_text("\n".join((f / "trajectory.log").read_text().splitlines()[:-5])),
        IncompleteScan,
        "24 .* 23 poses",
    ),
    layout(
        "Redwood with a trajectory cut off",
        "redwood",
        lambda f: cut(f / "trajectory.log"),
        UnreadableScanFile,
        "trajectory.log",
    ),
    layout(
        "Redwood with intrinsics of another kind",
        "redwood",
        lambda f: (f / "camera_intrinsic.json").write_text("[1, 2]"),
        UnreadableScanFile,
        "intrinsic_matrix",
    ),
    layout(
        "Record3D with compressed depth",
        "record3d",
        lambda f: [path.rename(f / f"rgbd/{path.stem}.depth") for path in f.glob("depth/*.npy")],
        IncompleteScan,
        "compressed",
    ),
    layout(
        "Record3D without poses",
        "record3d",
        lambda f: edit_json(f / "metadata.json", poses=[]),
        IncompleteScan,
        "frame 0 has no pose",
    ),
    layout(
        "Record3D with metadata that nest too deep",
        "record3d",
        lambda f: (f / "metadata.json").write_text("[" * 200_000),
        UnreadableScanFile,
        "metadata.json",
    ),
    layout(
        "Record3D with pickled depth",
        "record3d",
        lambda f: np.save(f / "depth/3.npy", np.array([{}, {}], object), allow_pickle=True),
        UnreadableDepth,
        "3.npy",
    ),
    scene("nothing on the table", lambda: Tabletop.scanned([table()]), NoObjects, "1 level surface", "apart"),
    scene("nothing to stand on", ball_only, NoSupportPlane, "Scan a table"),
)


def _other_files(folder: Path, bench: Bench) -> ReconstructionRequest:
    (folder / "notes.txt").write_text("a scan was here\n")
    return request_for(folder, bench)


CASES = (
    *CASES,
    BadInputCase("scan: no scan at all", _other_files, UnknownScanLayout, ("notes.txt", "Known: 7-Scenes")),
)
