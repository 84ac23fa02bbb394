"""Redwood and Open3D: `color/` (or `image/`, `rgb/`), `depth/` [mm], a trajectory `.log` of camera-to-world matrices.

Source: Choi et al. 2015, "Robust reconstruction of indoor scenes".
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import UploadedFile
from jobs.reconstruction.scans.errors import IncompleteScan, InvalidPoses, MissingIntrinsics, UnreadableScanFile
from jobs.reconstruction.scans.intrinsics import find_intrinsics
from jobs.reconstruction.scans.recording import Fetch, FrameFiles, Recording, read_numbers
from jobs.reconstruction.scans.rigid import find_fault, orthonormal
from jobs.reconstruction.scans.thinning import thin

LAYOUT = "Redwood"
_PICTURES = (".png", ".jpg", ".jpeg", ".npy")
COLOUR_FOLDERS, DEPTH_FOLDERS = ("color", "colour", "image", "rgb", "rgbd"), ("depth",)


def is_it(files: Mapping[str, UploadedFile]) -> bool:
    return bool(pictures_in(files, DEPTH_FOLDERS)) and bool(pictures_in(files, COLOUR_FOLDERS))


def read(name: str, files: Mapping[str, UploadedFile], fetch: Fetch, most: int) -> Recording:
    """The n-th picture of each folder belongs to the n-th pose.

    Raises:
        IncompleteScan, InvalidPoses, MissingIntrinsics, UnreadableScanFile: See `errors`.
    """
    logs = sorted(path for path in files if path.endswith(".log"))
    if len(logs) != 1:
        raise IncompleteScan(name, [f"it has {len(logs) or 'no'} trajectory .log files, one is expected"])
    colours, depths = pictures_in(files, COLOUR_FOLDERS), pictures_in(files, DEPTH_FOLDERS)
    poses = _trajectory(files[logs[0]], fetch)
    if not len(colours) == len(depths) == len(poses):
        seen = f"{len(colours)} colour pictures, {len(depths)} depth pictures and {len(poses)} poses"
        raise IncompleteScan(name, [seen])
    faults = [f"pose {index}: {fault}" for index, T in enumerate(poses) if (fault := find_fault(T)) is not None]
    if faults:
        raise InvalidPoses(name, faults)
    found = find_intrinsics(files, fetch)
    if found is None:
        raise MissingIntrinsics(name, LAYOUT)
    chosen, warnings = thin(list(zip(colours, depths, poses, strict=True)), most)
    frames = [FrameFiles(PurePosixPath(d.name).stem, c, d, orthonormal(T)) for c, d, T in chosen]
    return Recording(LAYOUT, tuple(frames), *found, step_m=0.001, warnings=warnings)


def pictures_in(files: Mapping[str, UploadedFile], folders: tuple[str, ...]) -> list[UploadedFile]:
    """Pictures in the first of these folders that has some, in the order of the numbers in their names."""
    for folder in folders:
        places = ((path, PurePosixPath(path)) for path in files)
        found = [path for path, place in places if place.parent.name == folder and place.suffix.lower() in _PICTURES]
        if found:
            return [files[path] for path in sorted(found, key=lambda path: (number_of(path), path))]
    return []


def number_of(path: str) -> int:
    """The first run of digits in a file's name; -1 without one."""
    digits = "".join(c if c.isascii() and c.isdigit() else " " for c in PurePosixPath(path).stem).split()
    return int(digits[0][:18]) if digits else -1


def _trajectory(file: UploadedFile, fetch: Fetch) -> list[NDArray[np.float64]]:
    """A line of three numbers, then four of four, per pose."""
    rows = read_numbers(file, fetch)
    if not rows or len(rows) % 5 or any(len(row) != (3 if i % 5 == 0 else 4) for i, row in enumerate(rows)):
        raise UnreadableScanFile(file.name, ["expected five lines a pose: three numbers, then the 4 x 4 matrix"])
    return [np.array(rows[start + 1 : start + 5]) for start in range(0, len(rows), 5)]
