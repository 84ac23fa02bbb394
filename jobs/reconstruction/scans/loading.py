"""A recording's frames, decoded and brought to one camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.contracts.document import LengthUnit
from jobs.contracts.reconstruction import PictureLimits, ScanSettings
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.picture import read_picture
from jobs.reconstruction.scans.depth_picture import read_depth
from jobs.reconstruction.scans.depth_unit import METRES, likely_units
from jobs.reconstruction.scans.errors import DifferentSizes, TooFewFrames, WrongDepthUnit
from jobs.reconstruction.scans.frame import Frame
from jobs.reconstruction.scans.recording import FrameFiles, Recording
from jobs.runtime.workspace import Workspace

_NEAREST_M, _FARTHEST_M = 0.05, 20.0
_MAX_SIDE_PX, _MAX_COLOUR_PX = 640, 960
_SAME_PROPORTIONS = 0.02
_MEASURED = 0.05
"""A frame with a smaller share of measured pixels shows nothing."""


def load_frames(
    name: str,
    recording: Recording,
    unit: LengthUnit | None,
    limits: PictureLimits,
    settings: ScanSettings,
    workspace: Workspace,
) -> list[Frame]:
    """Read all pictures, at working size.

    Raises:
        TooFewFrames, DifferentSizes, WrongDepthUnit: See `errors`.
        BadInput: What `read_depth` and `read_picture` raise.
    """
    if len(recording.frames) < settings.min_frames:
        raise TooFewFrames(name, len(recording.frames), settings.min_frames)
    step_m = recording.step_m if unit is None else METRES[unit]
    float_m = recording.float_m if unit is None else METRES[unit]
    paths = workspace.fetch_all(file for frame in recording.frames for file in (frame.colour, frame.depth))
    pairs = list(zip(recording.frames, paths[::2], paths[1::2], strict=True))
    loaded = map_in_threads(
        lambda pair: _load(pair, recording, limits, step_m, float_m),
        pairs,
        lambda done, total: workspace.progress("frames", done, total),
    )
    _require_one_size(name, loaded)
    if not any(frame.depth_m.any() for frame, _ in loaded):
        raise TooFewFrames(name, 0, settings.min_frames)
    _require_unit(name, loaded, step_m)
    return [frame for frame, _ in loaded]


def keep_near(name: str, frames: Sequence[Frame], settings: ScanSettings) -> list[Frame]:
    """Depth within `max_depth_m` only, beyond it is too noisy; and the frames that show enough of it.

    Raises:
        TooFewFrames: See `errors`.
    """
    near = [
        replace(frame, depth_m=np.where(frame.depth_m <= settings.max_depth_m, frame.depth_m, np.float32(0)))
        for frame in frames
    ]
    usable = [frame for frame in near if np.count_nonzero(frame.depth_m) > _MEASURED * frame.depth_m.size]
    if len(usable) < settings.min_frames:
        raise TooFewFrames(name, len(usable), settings.min_frames)
    return usable


def _load(
    pair: tuple[FrameFiles, Path, Path], recording: Recording, limits: PictureLimits, step_m: float, float_m: float
) -> tuple[Frame, tuple[int, int, int, int]]:
    """The frame at working size, and the sizes that its pictures had."""
    files, colour, depth_file = pair
    depth = read_depth(depth_file, limits, step_m, float_m)
    rgb = read_picture(colour, limits).rgb
    sizes = (*depth.shape[::-1], *rgb.shape[1::-1])
    K, (width, height) = _depth_camera(recording, sizes)
    R_camera_world = files.T_world_camera[:3, :3].T
    camera = Camera(K, R_camera_world, -R_camera_world @ files.T_world_camera[:3, 3])
    step = -(-max(width, height) // _MAX_SIDE_PX)
    factor = min(1.0, _MAX_COLOUR_PX / max(sizes[2:]))
    size = (max(1, round(sizes[2] * factor)), max(1, round(sizes[3] * factor)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    shot = Shot(files.name, small, None, camera.scaled(size[0] / width, size[1] / height))
    return Frame(files.name, np.ascontiguousarray(depth[::step, ::step]), camera.subsampled(step), shot), sizes


def _depth_camera(recording: Recording, sizes: tuple[int, ...]) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """K for the depth picture. Where nobody says which picture K is for, it is the one whose middle is its centre."""
    depth, colour = (sizes[0], sizes[1]), (sizes[2], sizes[3])
    centre = recording.K[:2, 2]
    made_for = recording.size_px or min(depth, colour, key=lambda size: float(np.abs(centre / size - 0.5).max()))
    return np.diag([depth[0] / made_for[0], depth[1] / made_for[1], 1.0]) @ recording.K, depth


def _require_one_size(name: str, loaded: Sequence[tuple[Frame, tuple[int, int, int, int]]]) -> None:
    first, sizes = loaded[0]
    for frame, other in loaded:
        if other != sizes:
            seen = "depth {} x {} and colour {} x {} px".format
            raise DifferentSizes(name, f"'{frame.name}' has {seen(*other)}, '{first.name}' has {seen(*sizes)}")
    width, height, across, down = sizes
    if abs(width * down / (height * across) - 1) > _SAME_PROPORTIONS:
        raise DifferentSizes(name, f"depth has {width} x {height} px, colour {across} x {down}")


def _require_unit(name: str, loaded: Sequence[tuple[Frame, tuple[int, int, int, int]]], step_m: float) -> None:
    measured = [np.median(frame.depth_m[frame.depth_m > 0]) for frame, _ in loaded if frame.depth_m.any()]
    median_m = float(np.median(measured))
    if _NEAREST_M <= median_m <= _FARTHEST_M:
        return
    likely = likely_units(median_m / step_m)
    advice = f"In steps of {' or '.join(likely)} it would make sense." if likely else "No usual unit would make sense."
    seen = f"the scene would be about {median_m:.3g} m away"
    raise WrongDepthUnit(name, seen, f"{advice} State the right unit of depth.")
