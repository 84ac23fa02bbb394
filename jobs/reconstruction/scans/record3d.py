"""Record3D's folder: `metadata.json` with K, w, h and poses, pictures in `rgbd/` (or `rgb/`), depth in `depth/` as PNG
[mm] or NPY [m]. ARKit's camera looks along -z, its world has y up.

Source: the Record3D app's documentation of its .r3d files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath

import numpy as np

from jobs.contracts.reconstruction import UploadedFile
from jobs.reconstruction.scans.errors import IncompleteScan, InvalidPoses, UnreadableScanFile
from jobs.reconstruction.scans.intrinsics import require_camera
from jobs.reconstruction.scans.recording import Fetch, FrameFiles, Recording, read_text
from jobs.reconstruction.scans.redwood import COLOUR_FOLDERS, DEPTH_FOLDERS, number_of, pictures_in
from jobs.reconstruction.scans.rigid import OPENCV_FROM_OPENGL, find_fault, from_quaternion, orthonormal
from jobs.reconstruction.scans.thinning import thin

LAYOUT = "Record3D"
_METADATA = "metadata.json"


def is_it(files: Mapping[str, UploadedFile]) -> bool:
    return _METADATA in files


def read(name: str, files: Mapping[str, UploadedFile], fetch: Fetch, most: int) -> Recording:
    """Raises: IncompleteScan, InvalidPoses, UnreadableScanFile."""
    file = files[_METADATA]
    try:
        document = json.loads(read_text(file, fetch))
        K = np.array(document["K"], np.float64).reshape(3, 3).T
        size_px = (int(document["w"]), int(document["h"]))
        poses = np.array(document["poses"], np.float64).reshape(-1, 7)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise UnreadableScanFile(
            file.name, [f"expected K, w, h and poses ({type(error).__name__}: {error})"]
        ) from error
    colours = {number_of(item.name): item for item in pictures_in(files, COLOUR_FOLDERS)}
    depths = {number_of(item.name): item for item in pictures_in(files, DEPTH_FOLDERS)}
    problems = [f"frame {n} has no depth picture" for n in sorted(colours.keys() - depths.keys())]
    problems += [f"frame {n} has no colour picture" for n in sorted(depths.keys() - colours.keys())]
    problems += [f"frame {n} has no pose" for n in sorted(colours.keys() & depths.keys()) if not 0 <= n < len(poses)]
    if not depths:
        problems = ["it has no pictures in depth/; export Record3D's compressed *.depth files there, as PNG or NPY"]
    if problems:
        raise IncompleteScan(name, problems)
    chosen, warnings = thin(sorted(depths), most)
    frames, faults = [], []
    for number in chosen:
        T = from_quaternion(poses[number, 4:], poses[number, :4])
        fault = find_fault(T)
        if fault is not None:
            faults.append(f"pose {number} of '{_METADATA}': {fault}")
            continue
        stem = PurePosixPath(depths[number].name).stem
        frames.append(FrameFiles(stem, colours[number], depths[number], orthonormal(T) @ OPENCV_FROM_OPENGL))
    if faults:
        raise InvalidPoses(name, faults)
    if min(size_px) < 1:
        raise UnreadableScanFile(file.name, [f"a size of {size_px[0]} x {size_px[1]} px"])
    K, up = require_camera(file.name, K), np.array([0.0, 1.0, 0.0])
    return Recording(LAYOUT, tuple(frames), K, size_px, step_m=0.001, up=up, warnings=warnings)
