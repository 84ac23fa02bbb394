"""Which pixels show the ground: all photos rectified onto it agree there, and it has texture to agree in."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.parallel import map_in_threads

Bytes = NDArray[np.uint8]

_SIDE_PX = 512
_MOST_PHOTOS, _LEAST_PHOTOS = 32, 5
_UNSEEN = 255
_MIDDLE_GREY = 110.0
"""What the median of each photo's ground is brought to: exposures differ."""
_STEADY, _NEAR = 24.0, 8.0
"""Most by which the middle half of the photos may differ at a place that they see the same, and a pixel from them."""
_TEXTURE = 6.0
"""Standard deviation, of 0 to 255, in a window: a plain object on plain ground looks like it by chance."""
_WINDOW_PX = 17
_SOLID = 0.9


def find_ground(shots: Sequence[Shot], half_m: float, footprint: NDArray[np.float64]) -> list[NDArray[np.bool_]]:
    """For each shot, pixels (h, w) that surely show the plane z = 0, within a square of that half side around the
    origin.

    `footprint` (n, 2): its hull is covered in all photos, so that they may well agree on what covers it.
    """
    rectified = map_in_threads(lambda shot: _rectify(shot, half_m), shots)
    usual, spread = _find_usual(np.stack([plane for plane, _ in rectified[:: -(-len(shots) // _MOST_PHOTOS)]]))
    outline = cv2.convexHull(((footprint / half_m + 1) * _SIDE_PX / 2).astype(np.float32))
    cv2.fillConvexPoly(spread, np.rint(outline).astype(np.int32), _UNSEEN)
    return map_in_threads(
        lambda pair: _agree(pair[0], _homography(pair[0], half_m), pair[1][1], usual, spread),
        list(zip(shots, rectified, strict=True)),
    )


def _homography(shot: Shot, half_m: float) -> NDArray[np.float64]:
    """(3, 3) from pixels of the rectified ground to pixels of the photo, OpenCV's both."""
    step = 2 * half_m / _SIDE_PX
    to_world = np.array([[step, 0, step / 2 - half_m], [0, step, step / 2 - half_m], [0, 0, 0], [0, 0, 1]])
    camera = shot.camera
    projection = camera.K @ np.column_stack([camera.R_camera_world, camera.t_camera_world])
    return np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]]) @ projection @ to_world


def _rectify(shot: Shot, half_m: float) -> tuple[Bytes, float]:
    """(side, side, 3), evenly exposed, `_UNSEEN` where the photo does not show it; and the gain that evened it."""
    H = _homography(shot, half_m)
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    seen = cv2.warpPerspective(np.full(shot.rgb.shape[:2], 1, np.uint8), H, (_SIDE_PX, _SIDE_PX), flags=flags) > 0
    y, x = np.mgrid[:_SIDE_PX, :_SIDE_PX]
    seen &= H[2, 0] * x + H[2, 1] * y + H[2, 2] > 0  # not behind the camera
    plane = cv2.warpPerspective(shot.rgb, H, (_SIDE_PX, _SIDE_PX), flags=flags).astype(np.float32)
    gain = _MIDDLE_GREY / max(float(np.median(plane[seen])), 1.0) if seen.any() else 1.0
    even = np.clip(plane * gain, 0, _UNSEEN - 1).astype(np.uint8)
    even[~seen] = _UNSEEN
    return even, gain


def _find_usual(layers: Bytes) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Median (h, w, 3) of layers (n, h, w, 3), and spread (h, w) of their middle half; the latter is `_UNSEEN` where
    too few see the place, or it has no texture."""
    count = (layers != _UNSEEN).all(axis=3).sum(axis=0)
    ordered = np.sort(layers, axis=0)

    def at(share: float) -> NDArray[np.float32]:
        index = np.round(share * np.maximum(count - 1, 0)).astype(np.intp)
        return np.take_along_axis(ordered, index[None, :, :, None], axis=0)[0].astype(np.float32)

    usual = at(0.5)
    spread = (at(0.75) - at(0.25)).max(axis=2)
    grey, window = usual.mean(axis=2), (_WINDOW_PX, _WINDOW_PX)
    texture = np.sqrt(np.maximum(cv2.blur(grey * grey, window) - cv2.blur(grey, window) ** 2, 0))
    spread[(count < _LEAST_PHOTOS) | (texture < _TEXTURE)] = _UNSEEN
    return usual, spread


def _agree(
    shot: Shot,
    H: NDArray[np.float64],
    gain: float,
    usual: NDArray[np.float32],
    spread: NDArray[np.float32],
) -> NDArray[np.bool_]:
    size = (shot.rgb.shape[1], shot.rgb.shape[0])
    expected = cv2.warpPerspective(usual, H, size, flags=cv2.INTER_LINEAR)
    loose = cv2.warpPerspective(spread, H, size, flags=cv2.INTER_LINEAR, borderValue=(_UNSEEN,))
    blur = float(np.clip(abs(H[0, 0] / H[2, 2]), 0.5, 4))
    seen = cv2.GaussianBlur(shot.rgb, (0, 0), blur).astype(np.float32) * gain
    difference = np.abs(seen - cv2.GaussianBlur(expected, (0, 0), blur)).max(axis=2)
    agrees = (loose < _STEADY) & (difference < _NEAR + 1.5 * loose)
    side = 2 * round(2 * blur) + 3
    return agrees & (cv2.blur(agrees.astype(np.float32), (side, side)) > _SOLID)
