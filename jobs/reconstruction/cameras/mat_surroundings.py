"""What lies around the mat on the same table, as the photos together show it.

Photos that were taken around a mat at rest see the same table; where they do, what most of them see at a place is the
table. Where the mat turned, the room contradicts itself from photo to photo, and nothing is said about it.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.mat import Mat
from jobs.reconstruction.cameras.mat_likeness import Likeness, homography
from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.parallel import map_in_threads

Bytes = NDArray[np.uint8]

_PX_PER_SQUARE = 25
_MARGIN = 1.0
"""Width of the table around the board that is looked at, of the board's longer side."""
_MOST_PHOTOS, _LEAST_PHOTOS = 40, 5
_UNSEEN = 255
_WHITE = 200.0
"""What the paper's brightness is brought to, so that photos of different exposure can be compared."""
_STEADY = 24.0
"""Most by which the middle half of the photos may differ at a place that they see the same."""
_SOLID = 0.9


def find_surroundings(shots: Sequence[Shot], likenesses: Sequence[Likeness], mat: Mat) -> list[NDArray[np.bool_]]:
    """For each shot, pixels (h, w) that show the table, or the mat, as most shots do."""
    px_per_mm = _PX_PER_SQUARE / mat.square_mm
    margin_mm = _MARGIN * max(mat.board_mm)
    step = -(-len(shots) // _MOST_PHOTOS)
    chosen = list(zip(shots, likenesses, strict=True))[::step]
    layers = map_in_threads(lambda pair: _rectify(*pair, mat, px_per_mm, margin_mm), chosen)
    usual, spread = _usual(np.stack(layers))
    return map_in_threads(
        lambda pair: _agrees(*pair, homography(pair[0], mat, px_per_mm, margin_mm), usual, spread),
        list(zip(shots, likenesses, strict=True)),
    )


def _rectify(shot: Shot, likeness: Likeness, mat: Mat, px_per_mm: float, margin_mm: float) -> Bytes:
    """The table as this photo sees it from straight above, evenly exposed; `_UNSEEN` where it does not see it."""
    width, height = (round((side + 2 * margin_mm) * px_per_mm) for side in mat.board_mm)
    H = homography(shot, mat, px_per_mm, margin_mm)
    gain = _WHITE / np.maximum(likeness.white, 1)
    even = np.clip(shot.rgb * gain, 0, _UNSEEN - 1).astype(np.uint8)
    plane = cv2.warpPerspective(
        even, H, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderValue=(_UNSEEN,) * 3
    )
    y, x = np.mgrid[:height, :width]
    plane[H[2, 0] * x + H[2, 1] * y + H[2, 2] <= 0] = _UNSEEN  # behind the camera
    return np.asarray(plane, np.uint8)


def _usual(layers: Bytes) -> tuple[Bytes, Bytes]:
    """Median (h, w, 3) of layers (n, h, w, 3), and the spread of their middle half; the latter is `_UNSEEN` where too
    few see the place."""
    count = (layers != _UNSEEN).all(axis=3).sum(axis=0)
    ordered = np.sort(layers, axis=0)

    def at(share: float) -> Bytes:
        index = np.round(share * np.maximum(count - 1, 0)).astype(np.intp)
        return np.take_along_axis(ordered, index[None, :, :, None], axis=0)[0]

    spread = at(0.75) - at(0.25)
    spread[count < _LEAST_PHOTOS] = _UNSEEN
    return at(0.5), spread


def _agrees(shot: Shot, likeness: Likeness, H: NDArray[np.float64], usual: Bytes, spread: Bytes) -> NDArray[np.bool_]:
    height, width = shot.rgb.shape[:2]
    expected = cv2.warpPerspective(usual, H, (width, height), flags=cv2.INTER_LINEAR).astype(np.float32)
    loose = cv2.warpPerspective(spread, H, (width, height), flags=cv2.INTER_LINEAR, borderValue=(_UNSEEN,) * 3)
    pixel = 1 / max(abs(H[0, 0] / H[2, 2]), 1e-6)
    blur = float(np.clip(1 / pixel, 0.5, 4)) / 2
    seen = cv2.GaussianBlur(shot.rgb, (0, 0), blur).astype(np.float32) * (_WHITE / np.maximum(likeness.white, 1))
    difference = np.abs(seen.astype(np.float32) - cv2.GaussianBlur(expected, (0, 0), blur)).max(axis=2)
    allowed = loose.max(axis=2).astype(np.float32)
    agrees = (allowed < _STEADY) & (difference < 6 + 1.5 * allowed)
    window = 2 * round(4 * blur) + 1
    return agrees & (cv2.blur(agrees.astype(np.float32), (window, window)) > _SOLID)
