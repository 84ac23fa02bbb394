"""Whether poses and depth belong together: what one frame measured must lie where another one measured it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.scans.depth_unit import name_step
from jobs.reconstruction.scans.errors import PosesDoNotMatch, WrongDepthUnit
from jobs.reconstruction.scans.frame import Frame
from jobs.reconstruction.scans.rigid import OPENCV_FROM_OPENGL

_COLUMNS, _PAIRS_PER_GAP, _GAPS = 48, 24, (1, 3, 8)
_SAME = 0.03
"""Of the depth."""
_FEWEST_PIXELS = 50
_AGREEING, _CLEARLY, _FITTING = 0.5, 0.15, 0.75
_UNKNOWN_MISTAKE = "Use the poses that were made from exactly these frames; where a tracker lost its place, scan again."
_FACTORS = (1e-3, 0.01, 0.0254, 0.1, 0.2, 0.394, 2.54, 5.0, 10.0, 25.4, 39.37, 100.0, 1000.0)


def require_consistent(name: str, frames: Sequence[Frame], step_m: float) -> float:
    """Share of pixels on which frames agree, over pairs of neighbours near and less near.

    `step_m`: of the depth pictures, for messages.

    Raises:
        WrongDepthUnit: Another scale of the depth would make them agree.
        PosesDoNotMatch: They do not, at no scale.
    """
    agreeing = _agreement(frames, 1.0)
    others = {factor: _agreement(frames, factor) for factor in _FACTORS} if agreeing < 1 - _CLEARLY else {}
    best = max(others, key=lambda factor: others[factor], default=1.0)
    if others and others[best] > max(agreeing + _CLEARLY, _FITTING):
        seen = f"frames agree on {agreeing:.0%} of the pixels, with depth {best:g} times as large on {others[best]:.0%}"
        unit = name_step(best * step_m)
        raise WrongDepthUnit(name, seen, f"In steps of {unit} it would fit. State the right unit of depth.")
    mistake = _find_mistake(frames, agreeing) if others else None
    if mistake is not None or agreeing < _AGREEING:
        raise PosesDoNotMatch(name, agreeing, mistake or _UNKNOWN_MISTAKE)
    return agreeing


def _agreement(frames: Sequence[Frame], factor: float) -> float:
    """Median over the pairs whose views overlap; no overlap at all is no agreement."""
    shares = []
    for gap in _GAPS:
        starts = range(0, max(len(frames) - gap, 0), max(1, (len(frames) - gap) // _PAIRS_PER_GAP))
        shares += [_share(frames[start], frames[start + gap], factor) for start in starts]
    known = [share for share in shares if share is not None]
    return float(np.mean(known)) if known else 0.0


def _share(one: Frame, other: Frame, factor: float) -> float | None:
    points = one.camera.position + factor * (one.points(max(1, one.depth_m.shape[1] // _COLUMNS)) - one.camera.position)
    depth, measured = other.depth_at(points)
    seen = measured > 0
    if np.count_nonzero(seen) < _FEWEST_PIXELS:
        return None
    apart = np.abs(depth[seen] / factor - measured[seen])
    return float((apart < _SAME * measured[seen]).mean())


def _find_mistake(frames: Sequence[Frame], agreeing: float) -> str | None:
    """Which usual mistake would explain it."""
    inverse = [replace(frame, camera=_inverted(frame)) for frame in frames]
    opengl = [replace(frame, camera=_turned(frame)) for frame in frames]
    if _agreement(inverse, 1.0) > max(agreeing + _CLEARLY, _FITTING):
        return "They look like world-to-camera transforms: invert them."
    if _agreement(opengl, 1.0) > max(agreeing + _CLEARLY, _FITTING):
        return "They look like poses of cameras that look along -z: turn them to x right, y down, z forward."
    return None


def _inverted(frame: Frame) -> Camera:
    R, t = frame.camera.R_camera_world, frame.camera.t_camera_world
    return replace(frame.camera, R_camera_world=R.T, t_camera_world=-R.T @ t)


def _turned(frame: Frame) -> Camera:
    R, t = frame.camera.R_camera_world, frame.camera.t_camera_world
    turn = OPENCV_FROM_OPENGL[:3, :3]
    return replace(frame.camera, R_camera_world=turn @ R, t_camera_world=turn @ t)
