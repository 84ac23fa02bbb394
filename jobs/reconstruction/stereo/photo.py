"""A view at the size that stereo works at, cropped to the object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.stereo.kernel import Plane, SourcePicture

_MARGIN_PX = 6
_FINE_PX = 7
"""Texture is what changes within so many pixels."""
_WHOLE_PIXELS = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
"""From pixel centres at whole numbers to those at .5."""


@dataclass(frozen=True)
class Photo:
    """`grey` (h, w) in 0..1, `mask` (h, w); `camera` is that of the crop."""

    grey: Plane
    mask: NDArray[np.bool_]
    camera: Camera

    def as_source_of(self, reference: Photo) -> SourcePicture:
        """This photo as a neighbour that `reference` is matched against."""
        here, there = self.camera, reference.camera
        R = here.R_camera_world @ there.R_camera_world.T
        K = np.linalg.inv(_WHOLE_PIXELS) @ here.K
        M = K @ R @ np.linalg.inv(there.K) @ _WHOLE_PIXELS
        return SourcePicture(self.grey, M, K @ (here.t_camera_world - R @ there.t_camera_world))


def prepare_photos(views: Sequence[View], object_px: float) -> list[Photo]:
    """Scale all views by one factor, such that the median silhouette has `object_px` squared pixels; never up.

    Their grey is the mixture of red, green and blue that shows most of the object's texture: on coloured things that of
    a grey picture can be much less.
    """
    typical = float(np.median([np.sqrt(np.count_nonzero(view.mask)) for view in views]))
    scaled = map_in_threads(lambda view: _scale(view, min(object_px / typical, 1.0)), views)
    mixture = _find_mixture(scaled)
    return [_crop(rgb @ mixture, mask, camera) for rgb, mask, camera in scaled]


def _scale(view: View, factor: float) -> tuple[Plane, NDArray[np.bool_], Camera]:
    height, width = view.mask.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    rgb = cv2.resize(view.shot.rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
    mask = cv2.resize(view.mask.astype(np.uint8) * np.uint8(255), size, interpolation=cv2.INTER_AREA) > 127
    return rgb, mask, view.camera.scaled(size[0] / width, size[1] / height)


def _find_mixture(scaled: Sequence[tuple[Plane, NDArray[np.bool_], Camera]]) -> Plane:
    """Weights (3,) of the colours, of sum 1 in magnitude: the main axis of how neighbouring pixels differ."""
    scatter = np.zeros((3, 3))
    for rgb, mask, _ in scaled:
        inside = cv2.erode(mask.astype(np.uint8), np.ones((_FINE_PX, _FINE_PX), np.uint8)) > 0
        detail = (rgb - cv2.blur(rgb, (_FINE_PX, _FINE_PX)))[inside].astype(np.float64)
        scatter += detail.T @ detail
    main = np.linalg.eigh(scatter)[1][:, -1]
    return (main / np.abs(main).sum() * np.sign(main.sum())).astype(np.float32)


def _crop(grey: Plane, mask: NDArray[np.bool_], camera: Camera) -> Photo:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, left = max(rows[0] - _MARGIN_PX, 0), max(columns[0] - _MARGIN_PX, 0)
    window = np.s_[top : rows[-1] + _MARGIN_PX + 1, left : columns[-1] + _MARGIN_PX + 1]
    K = camera.K - np.array([[0, 0, left], [0, 0, top], [0, 0, 0]])
    return Photo(np.ascontiguousarray(grey[window]), mask[window], replace(camera, K=K))
