"""7-Scenes: `frame-000000.color.jpg` (or .png), `.depth.png` [mm], `.pose.txt` (camera to world) per frame.

Source: Glocker et al. 2013, "Real-time RGB-D camera relocalization".
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from jobs.contracts.reconstruction import UploadedFile
from jobs.reconstruction.scans.errors import IncompleteScan, InvalidPoses
from jobs.reconstruction.scans.intrinsics import find_intrinsics
from jobs.reconstruction.scans.recording import Fetch, FrameFiles, Recording, read_numbers
from jobs.reconstruction.scans.rigid import find_fault, orthonormal
from jobs.reconstruction.scans.thinning import thin

LAYOUT = "7-Scenes"
_POSE, _DEPTH, _COLOURS = ".pose.txt", ".depth.png", (".color.jpg", ".color.jpeg", ".color.png")
_PUBLISHED_K = np.array([[585.0, 0, 320.5], [0, 585.0, 240.5], [0, 0, 1]])


def is_it(files: Mapping[str, UploadedFile]) -> bool:
    return any(path.endswith((_POSE, *_COLOURS)) for path in files) and any(path.endswith(_DEPTH) for path in files)


def read(name: str, files: Mapping[str, UploadedFile], fetch: Fetch, most: int) -> Recording:
    """Raises: IncompleteScan, InvalidPoses, UnreadableScanFile."""
    endings = (_POSE, _DEPTH, *_COLOURS)
    stems = sorted({path.removesuffix(end) for path in files for end in endings if path.endswith(end)})
    problems = []
    for stem in stems:
        if stem + _POSE not in files:
            problems.append(f"'{stem}' has no pose")
        if stem + _DEPTH not in files:
            problems.append(f"'{stem}' has no depth picture")
        if _colour(stem, files) is None:
            problems.append(f"'{stem}' has no colour picture")
    if problems:
        raise IncompleteScan(name, problems)
    chosen, warnings = thin(stems, most)
    frames, faults = [], []
    for stem in chosen:
        T = np.array([row for row in read_numbers(files[stem + _POSE], fetch) if len(row) == 4]).reshape(-1, 4)
        fault = find_fault(T)
        colour = _colour(stem, files)
        if fault is not None or colour is None:
            faults.append(f"'{stem + _POSE}': {fault}")
            continue
        frames.append(FrameFiles(stem, colour, files[stem + _DEPTH], orthonormal(T)))
    if faults:
        raise InvalidPoses(name, faults)
    found = find_intrinsics(files, fetch)
    if found is None:
        warnings = (*warnings, "no camera-intrinsics.txt: the data set's published 585 px at 640 x 480 are taken")
    K, size_px = found or (_PUBLISHED_K, (640, 480))
    return Recording(LAYOUT, tuple(frames), K, size_px, step_m=0.001, warnings=warnings)


def _colour(stem: str, files: Mapping[str, UploadedFile]) -> UploadedFile | None:
    return next((files[stem + end] for end in _COLOURS if stem + end in files), None)
