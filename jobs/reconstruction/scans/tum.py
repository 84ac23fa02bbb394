"""TUM RGB-D: `rgb.txt` and `depth.txt` list pictures by time, `groundtruth.txt` poses by time (tx ty tz qx qy qz qw);
depth in 1/5000 m.

Source: Sturm et al. 2012, "A benchmark for the evaluation of RGB-D SLAM systems".
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import UploadedFile
from jobs.reconstruction.scans.errors import IncompleteScan, InvalidPoses, MissingIntrinsics, UnreadableScanFile
from jobs.reconstruction.scans.intrinsics import find_intrinsics
from jobs.reconstruction.scans.recording import Fetch, FrameFiles, Recording, read_numbers, read_text
from jobs.reconstruction.scans.rigid import find_fault, from_quaternion, orthonormal
from jobs.reconstruction.scans.thinning import thin

LAYOUT = "TUM"
_COLOUR, _DEPTH, _POSES = "rgb.txt", "depth.txt", "groundtruth.txt"
_SAME_TIME_S = 0.02
"""As the benchmark's own tools associate."""
_MATCHED = 0.5


def is_it(files: Mapping[str, UploadedFile]) -> bool:
    return _POSES in files or {_COLOUR, _DEPTH} <= set(files)


def read(name: str, files: Mapping[str, UploadedFile], fetch: Fetch, most: int) -> Recording:
    """Raises: IncompleteScan, InvalidPoses, MissingIntrinsics, UnreadableScanFile."""
    missing = [f"it has no {path}" for path in (_COLOUR, _DEPTH, _POSES) if path not in files]
    if missing:
        raise IncompleteScan(name, missing)
    colours, depths = (_listed(name, files[path], files, fetch) for path in (_COLOUR, _DEPTH))
    times, poses = _poses(files[_POSES], fetch)
    triples = [
        (depths[depth], colours[colour], pose)
        for depth in range(len(depths))
        if (colour := _nearest([time for time, _ in colours], depths[depth][0])) is not None
        and (pose := _nearest(times, depths[depth][0])) is not None
    ]
    if len(triples) < _MATCHED * len(depths):
        seen = f"only {len(triples)} of {len(depths)} depth pictures have a colour picture and a pose of the same time"
        raise IncompleteScan(name, [seen])
    chosen, warnings = thin(triples, most)
    frames, faults = [], []
    for (time, depth), (_, colour), pose in chosen:
        T = from_quaternion(poses[pose, :3], poses[pose, 3:])
        fault = find_fault(T)
        if fault is None:
            frames.append(FrameFiles(f"{time:.6f}", colour, depth, orthonormal(T)))
        else:
            faults.append(f"the pose of {times[pose]:.6f} in '{_POSES}': {fault}")
    if faults:
        raise InvalidPoses(name, faults)
    found = find_intrinsics(files, fetch)
    if found is None:
        raise MissingIntrinsics(name, LAYOUT)
    return Recording(LAYOUT, tuple(frames), *found, step_m=1 / 5000, warnings=warnings)


def _listed(
    name: str, file: UploadedFile, files: Mapping[str, UploadedFile], fetch: Fetch
) -> list[tuple[float, UploadedFile]]:
    """Times [s] and pictures, in order of time."""
    rows, absent = [], []
    for number, line in enumerate(read_text(file, fetch).splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        try:
            time, path = float(words[0]), words[1]
        except (ValueError, IndexError) as error:
            raise UnreadableScanFile(file.name, [f"line {number} is not 'time file'"]) from error
        if path in files:
            rows.append((time, files[path]))
        else:
            absent.append(f"'{path}' of '{file.name}' is not there")
    if absent:
        raise IncompleteScan(name, absent)
    return sorted(rows, key=lambda row: (row[0], row[1].name))


def _poses(file: UploadedFile, fetch: Fetch) -> tuple[list[float], NDArray[np.float64]]:
    rows = sorted(read_numbers(file, fetch))
    wrong = [f"a line has {len(row)} numbers where 8 are expected" for row in rows if len(row) != 8]
    if wrong or not rows:
        raise UnreadableScanFile(file.name, wrong or ["it holds no poses"])
    table = np.array(rows)
    return table[:, 0].tolist(), table[:, 1:]


def _nearest(times: list[float], time: float) -> int | None:
    """Index of the time that is nearest, None if that is too far."""
    if not times:
        return None
    right = int(np.searchsorted(times, time).clip(0, len(times) - 1))
    best = min((max(right - 1, 0), right), key=lambda index: abs(times[index] - time))
    return best if abs(times[best] - time) <= _SAME_TIME_S else None
