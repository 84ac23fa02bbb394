"""Files that say where each photo was taken from, brought together with the photos."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from jobs.contracts.reconstruction import ScaleSource, UploadedFile
from jobs.reconstruction.cameras.camera_row import CameraRow
from jobs.reconstruction.cameras.colmap import read_colmap
from jobs.reconstruction.cameras.middlebury import read_middlebury
from jobs.reconstruction.cameras.nerfstudio import read_nerfstudio
from jobs.reconstruction.errors import CamerasDoNotMatch, InvalidCameras

_LARGEST_CAMERA_FILE_BYTES = 20_000_000
_LARGEST_COLMAP_BYTES = 200_000_000
"""Its `images` hold every feature of every photo."""
_COLMAP_NAMES = ("cameras", "images")
_NO_UNIT = "COLMAP's cameras have no unit; metres are assumed"
_COLMAP_IGNORED = ("points3d", "frames", "rigs")


@dataclass(frozen=True)
class CameraFile:
    rows: tuple[CameraRow, ...]
    scale_source: ScaleSource
    warnings: tuple[str, ...] = ()


def read_cameras(*paths: Path) -> CameraFile:
    """Read `transforms.json`, `*_par.txt`, or COLMAP's pair of `cameras` and `images`, by name and extension.

    A `points3D` beside COLMAP's two is not opened.

    Raises:
        InvalidCameras: It is none of them, or makes no sense.
        UnknownCameraModel: See there.
    """
    if any(path.stem.lower() in _COLMAP_NAMES for path in paths):
        cameras, images = _colmap_pair(paths)
        _require_size((cameras, images), _LARGEST_COLMAP_BYTES)
        return CameraFile(read_colmap(cameras, images), "assumed", (_NO_UNIT,))
    _require_size(paths, _LARGEST_CAMERA_FILE_BYTES)
    path, *others = paths
    if others:
        raise InvalidCameras(path.name, [f"'{others[0].name}' was given as well, and only one can be meant"])
    if path.suffix.lower() == ".txt":
        return CameraFile(read_middlebury(path), "cameras")
    if path.suffix.lower() != ".json":
        raise InvalidCameras(path.name, [f"its extension is '{path.suffix}', not .json or .txt"])
    rows, units = read_nerfstudio(path)
    if units is not None:
        return CameraFile(rows, "cameras")
    return CameraFile(rows, "assumed", (f"'{path.name}' does not say its units; metres are assumed",))


def _require_size(paths: Sequence[Path], most_bytes: int) -> None:
    """Raises: InvalidCameras"""
    for path in paths:
        if path.stat().st_size > most_bytes:
            seen = f"it has {path.stat().st_size:,} bytes, at most {most_bytes:,} are read"
            raise InvalidCameras(path.name, [seen])


def _colmap_pair(paths: Sequence[Path]) -> tuple[Path, Path]:
    """`cameras` and `images`, both text or both binary.

    Raises:
        InvalidCameras: One is missing, or something else is among them.
    """
    by_stem = {path.stem.lower(): path for path in paths if path.suffix.lower() in (".txt", ".bin")}
    others = [path.name for path in paths if path.stem.lower() not in (*_COLMAP_NAMES, *_COLMAP_IGNORED)]
    missing = [name for name in _COLMAP_NAMES if name not in by_stem]
    problems = [f"COLMAP's '{name}.bin' or '{name}.txt' is not beside it" for name in missing]
    problems += [f"'{name}' is no file of COLMAP's" for name in others]
    if not missing and by_stem["cameras"].suffix.lower() != by_stem["images"].suffix.lower():
        problems.append(f"'{by_stem['images'].name}' is of the other kind: both must be text, or both binary")
    if problems:
        raise InvalidCameras(paths[0].name, problems)
    return by_stem["cameras"], by_stem["images"]


def match_photos(
    cameras: UploadedFile, rows: tuple[CameraRow, ...], photos: tuple[UploadedFile, ...]
) -> tuple[list[tuple[UploadedFile, CameraRow]], list[str]]:
    """The photo that each row means, in order of name, and the names of photos that no row means.

    A row's path is relative to the camera file, or to a folder of photos; one without extension, or from elsewhere, is
    matched by its last part if only one photo is called so.

    Raises:
        CamerasDoNotMatch: A row means no photo, two rows mean the same one, or there are no rows.
    """
    name = PurePosixPath(cameras.name).name
    if not rows:
        raise CamerasDoNotMatch(name, ["it has no rows"])
    by_path = {photo.name: photo for photo in photos}
    found, problems = [], []
    for row in rows:
        photo = by_path.get(_beside(cameras.name, row.photo)) or _by_ending(row.photo, photos)
        if photo is None:
            problems.append(f"the row of '{row.photo}' means a photo that is not there")
        else:
            found.append((photo, row))
    counts = Counter(photo.name for photo, _ in found)
    problems += [f"{count} rows mean '{photo}'" for photo, count in counts.items() if count > 1]
    if problems:
        raise CamerasDoNotMatch(name, problems)
    found.sort(key=lambda pair: pair[0].name)
    return found, sorted(set(by_path) - set(counts))


def _beside(cameras: str, photo: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(cameras), photo.replace("\\", "/")))


def _by_ending(written: str, photos: tuple[UploadedFile, ...]) -> UploadedFile | None:
    path = PurePosixPath(written.replace("\\", "/"))
    for ending in (f"/{path}", f"/{path.name}"):
        same = [photo for photo in photos if f"/{photo.name}".endswith(ending)]
        if same:
            return same[0] if len(same) == 1 else None
    same = [photo for photo in photos if not path.suffix and PurePosixPath(photo.name).stem == path.name]
    return same[0] if len(same) == 1 else None
