"""Which way is up: the normal of what things stand on, as people hold cameras over it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.reconstruction.scans.errors import NoSupportPlane
from jobs.reconstruction.scans.frame import Frame
from jobs.reconstruction.scans.fusion import Surface

Array = NDArray[np.float64]
_NEAR = np.cos(np.radians(10.0))
_DIRECTIONS = 3
"""Subdivisions of the icosahedron whose corners are tried: 642 directions, at most 8 degrees apart."""
_STRAIGHT_DOWN = 0.15
"""How much a camera's way of looking counts against its upright: it decides only where all look straight down."""
_SHARE, _ROUNDS, _SAMPLES = 0.02, 5, 60_000


def find_up(name: str, surface: Surface, frames: Sequence[Frame], declared: Array | None) -> Array:
    """Unit (3,): the direction that much of the surface faces, and that is up in the pictures.

    `declared`: up as the scanner's own file format says; what faces nearly that way makes it exact.

    Raises:
        NoSupportPlane: Nothing flat faces up.
    """
    normals = surface.normals[:: max(1, len(surface.normals) // _SAMPLES)]
    up = declared
    if up is None:
        tried = np.asarray(trimesh.creation.icosphere(subdivisions=_DIRECTIONS).vertices, np.float64)
        facing = np.array([np.count_nonzero(normals @ direction > _NEAR) for direction in tried])
        scores = facing * _plausibility(tried, frames)
        best = int(np.argmax(scores))
        if scores[best] <= 0 or facing[best] < _SHARE * len(normals):
            raise NoSupportPlane(name, "nothing flat faces up")
        up = tried[best]
    for _ in range(_ROUNDS):
        near = normals[normals @ up > _NEAR]
        if not len(near):
            raise NoSupportPlane(name, "nothing flat faces up")
        up = near.mean(axis=0) / np.linalg.norm(near.mean(axis=0))
    return up


def _plausibility(directions: Array, frames: Sequence[Frame]) -> Array:
    """How much each direction (n, 3) is up in the pictures, at most 1; where cameras look straight down, it is the way
    back to them."""
    R = np.stack([frame.camera.R_camera_world for frame in frames]).mean(axis=0)
    upright, back = directions @ -R[1], directions @ -R[2]
    return np.maximum(np.maximum(upright, _STRAIGHT_DOWN * back), 0)
