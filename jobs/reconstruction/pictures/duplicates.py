"""Photos that are there twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.shot import Shot

_THUMB_PX = 32
_ALIKE = 0.995
"""Correlation of two thumbnails; photos of a still object a few degrees apart stay below it, unless it is round."""
_SAME_ANGLE_DEG = 1.0
_SAME_PLACE = 0.02
"""Of the cameras' spread."""


def find_duplicates(shots: Sequence[Shot]) -> Mapping[str, str]:
    """Names of photos that show what an earlier one shows, from where it stood, and that one's name.

    Alike alone is not enough: a round object looks the same from all sides.
    """
    thumbs = [_thumbnail(shot.rgb) for shot in shots]
    spread = float(np.ptp([shot.camera.position for shot in shots], axis=0).max()) if shots else 0.0
    found: dict[str, str] = {}
    for index, shot in enumerate(shots):
        for other in range(index):
            earlier = shots[other]
            if earlier.name in found or not _same_pose(shot.camera, earlier.camera, spread):
                continue
            if float((thumbs[index] * thumbs[other]).sum()) > _ALIKE:
                found[shot.name] = earlier.name
                break
    return found


def _thumbnail(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Grey, of mean 0 and length 1, so that a product of two is their correlation."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    small = np.asarray(cv2.resize(grey, (_THUMB_PX, _THUMB_PX), interpolation=cv2.INTER_AREA), np.float32)
    small -= small.mean()
    return small / max(float(np.linalg.norm(small)), 1e-6)


def _same_pose(one: Camera, other: Camera, spread: float) -> bool:
    turn = one.R_camera_world @ other.R_camera_world.T
    angle_deg = np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1)))
    return bool(
        angle_deg < _SAME_ANGLE_DEG and np.linalg.norm(one.position - other.position) <= _SAME_PLACE * spread + 1e-12
    )
