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
from jobs.reconstruction.pictures.morphology import around, inset
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
    mixture = _find_mixture(map_in_threads(_scatter, scaled))
    return map_in_threads(lambda one: Photo(one.rgb @ mixture, one.mask, one.camera), scaled)


@dataclass(frozen=True)
class _Scaled:
    """`rgb` (h, w, 3) in 0..1, `mask` (h, w), cropped to the object."""

    rgb: Plane
    mask: NDArray[np.bool_]
    camera: Camera


def _scale(view: View, factor: float) -> _Scaled:
    height, width = view.mask.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    rgb = cv2.resize(view.shot.rgb, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(view.mask.astype(np.uint8) * np.uint8(255), size, interpolation=cv2.INTER_AREA) > 127
    window = around(mask, _MARGIN_PX)
    camera = view.camera.scaled(size[0] / width, size[1] / height)
    K = camera.K - np.array([[0, 0, window[1].start], [0, 0, window[0].start], [0, 0, 0]])
    return _Scaled(rgb[window].astype(np.float32) / np.float32(255), mask[window], replace(camera, K=K))


def _scatter(scaled: _Scaled) -> NDArray[np.float64]:
    """(3, 3) of how neighbouring pixels differ, well inside the object."""
    inside = inset(scaled.mask, _FINE_PX)
    detail = (scaled.rgb - cv2.blur(scaled.rgb, (_FINE_PX, _FINE_PX)))[inside].astype(np.float64)
    return detail.T @ detail


def _find_mixture(scatters: Sequence[NDArray[np.float64]]) -> Plane:
    """Weights (3,) of the colours, of sum 1 in magnitude: the main axis of how neighbouring pixels differ."""
    main = np.linalg.eigh(sum(scatters, start=np.zeros((3, 3))))[1][:, -1]
    return (main / np.abs(main).sum() * np.sign(main.sum())).astype(np.float32)
