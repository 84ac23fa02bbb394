"""From which sides an object was photographed, and which photos are missing, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.camera import Camera

_WIDEST_GAP_DEG = 60.0
_WANTED_STEP_DEG = 24.0
_STEEP_DEG = 70.0
"""Above it a camera looks down on all sides alike and closes no gap around the object."""
_LOW_DEG, _HIGH_DEG = 20.0, 50.0
_SIDES = ("front", "front-right", "right", "back-right", "back", "back-left", "left", "front-left")
_RING = 12
_FEWEST = 3
_LEAST_SPREAD, _TILTED = 0.2, 0.4
"""Of the photos' horizontal edges, next to their main direction: in the plane, and out of it."""


@dataclass(frozen=True)
class Coverage:
    """`gaps_deg`: (from, to) of sides without photos, counter-clockwise seen from above, from the first photo's side.

    `lowest_deg`, `highest_deg`: how far above the object's middle the cameras stood. `advice`: a sentence per ring or
    stretch of photos that is missing.
    """

    gaps_deg: tuple[tuple[float, float], ...]
    lowest_deg: float
    highest_deg: float
    advice: tuple[str, ...]


def measure_coverage(
    cameras: Sequence[Camera], centre: NDArray[np.floating], up: NDArray[np.floating] | None = None
) -> Coverage | None:
    """What photos of an object around `centre` (3,) lack; `up` (3,) if it is known, else as the cameras were held.

    None if neither says which way is up, or if there are no cameras.
    """
    up = _up_of(cameras) if up is None else up / np.linalg.norm(up)
    if up is None:
        return None
    towards = np.array([camera.position - centre for camera in cameras])
    towards /= np.maximum(np.linalg.norm(towards, axis=1, keepdims=True), 1e-12)
    elevations = np.degrees(np.arcsin(np.clip(towards @ up, -1, 1)))
    azimuths = _azimuths(towards, up)
    gaps = _gaps(azimuths[np.abs(elevations) < _STEEP_DEG])
    low, high = float(elevations.min()), float(elevations.max())
    return Coverage(gaps, low, high, (*(_fill_gap(*gap) for gap in gaps), *_missing_rings(low, high)))


def _up_of(cameras: Sequence[Camera]) -> NDArray[np.float64] | None:
    """What all photos' horizontal edges are perpendicular to, if they were held level and from several sides."""
    if len(cameras) < _FEWEST:
        return None
    across = np.array([camera.R_camera_world[0] for camera in cameras])
    _, spread, axes = np.linalg.svd(across, full_matrices=False)
    if spread[1] < _LEAST_SPREAD * spread[0] or spread[2] > _TILTED * spread[0]:
        return None
    held = -np.mean([camera.R_camera_world[1] for camera in cameras], axis=0)
    return axes[2] if axes[2] @ held > 0 else -axes[2]


def _azimuths(towards: NDArray[np.float64], up: NDArray[np.floating]) -> NDArray[np.float64]:
    """[deg] (n,), 0 to 360: 0 where the first camera stood, growing to the right of who stands there."""
    flat = towards - np.outer(towards @ up, up)
    front = flat[0] if np.linalg.norm(flat[0]) > 1e-6 else flat[np.argmax(np.linalg.norm(flat, axis=1))]
    right = np.cross(up, front)
    return np.degrees(np.arctan2(flat @ right, flat @ front)) % 360


def _gaps(azimuths: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    if not len(azimuths):
        return ((0.0, 360.0),)
    ordered = np.sort(azimuths)
    ends = np.append(ordered[1:], ordered[0] + 360)
    return tuple((float(a), float(b)) for a, b in zip(ordered, ends, strict=True) if b - a > _WIDEST_GAP_DEG)


def _fill_gap(start: float, end: float) -> str:
    count = max(1, int(np.ceil((end - start) / _WANTED_STEP_DEG)) - 1)
    if end - start > 359:
        return f"all photos look down steeply: add a ring of {_RING} photos from the side, about 15 degrees above it"
    side = _SIDES[round((start + end) / 2 / 45) % 8]
    return (
        f"no photo from the {side}, between {start:.0f} and {end % 360:.0f} degrees counter-clockwise from the first "
        f"photo: add {count} there"
    )


def _missing_rings(lowest_deg: float, highest_deg: float) -> tuple[str, ...]:
    if highest_deg < _LOW_DEG:
        seen = f"all photos were taken from less than {_LOW_DEG:.0f} degrees above the object's middle"
        return (f"{seen}: add a ring of {_RING} at about 45 degrees, looking down",)
    if lowest_deg > _HIGH_DEG:
        seen = f"all photos were taken from more than {_HIGH_DEG:.0f} degrees above the object's middle"
        return (f"{seen}: add a ring of {_RING} at about 15 degrees",)
    return ()
