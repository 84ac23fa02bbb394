"""Files that say where each photo was taken from, brought together with the photos."""

from __future__ import annotations

import posixpath
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from jobs.contracts.reconstruction import ScaleSource, UploadedFile
from jobs.reconstruction.cameras.camera_row import CameraRow
from jobs.reconstruction.cameras.middlebury import read_middlebury
from jobs.reconstruction.cameras.nerfstudio import read_nerfstudio
from jobs.reconstruction.errors import CamerasDoNotMatch, InvalidCameras

_LARGEST_CAMERA_FILE_BYTES = 20_000_000


@dataclass(frozen=True)
class CameraFile:
    rows: tuple[CameraRow, ...]
    scale_source: ScaleSource
    warnings: tuple[str, ...] = ()


def read_cameras(path: Path) -> CameraFile:
    """Read `transforms.json` or `*_par.txt`, whichever it is by its extension.

    Raises:
        InvalidCameras: It is neither, or makes no sense.
        UnknownCameraModel: See there.
    """
    size = path.stat().st_size
    if size > _LARGEST_CAMERA_FILE_BYTES:
        raise InvalidCameras(path.name, [f"it has {size:,} bytes, at most {_LARGEST_CAMERA_FILE_BYTES:,} are read"])
    if path.suffix.lower() == ".txt":
        return CameraFile(read_middlebury(path), "cameras")
    if path.suffix.lower() != ".json":
        raise InvalidCameras(path.name, [f"its extension is '{path.suffix}', not .json or .txt"])
    rows, units = read_nerfstudio(path)
    if units is not None:
        return CameraFile(rows, "cameras")
    return CameraFile(rows, "assumed", (f"'{path.name}' does not say its units; metres are assumed",))


def match_photos(
    cameras: UploadedFile, rows: tuple[CameraRow, ...], photos: tuple[UploadedFile, ...]
) -> tuple[list[tuple[UploadedFile, CameraRow]], list[str]]:
    """The photo that each row means, in order of name, and the names of photos that no row means.

    A row's path is relative to the camera file; one without extension, or from another folder, is matched by its
    last part if only one photo is called so.

    Raises:
        CamerasDoNotMatch: A row means no photo, two rows mean the same one, or there are no rows.
    """
    name = PurePosixPath(cameras.name).name
    if not rows:
        raise CamerasDoNotMatch(name, ["it has no rows"])
    by_path = {photo.name: photo for photo in photos}
    found, problems = [], []
    for row in rows:
        photo = by_path.get(_beside(cameras.name, row.photo)) or _by_last_part(row.photo, photos)
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


def _by_last_part(written: str, photos: tuple[UploadedFile, ...]) -> UploadedFile | None:
    last = PurePosixPath(written.replace("\\", "/"))
    same = [photo for photo in photos if PurePosixPath(photo.name).name == last.name]
    if not same and not last.suffix:
        same = [photo for photo in photos if PurePosixPath(photo.name).stem == last.name]
    return same[0] if len(same) == 1 else None
