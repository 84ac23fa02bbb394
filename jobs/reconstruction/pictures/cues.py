"""What can be seen in a photo without knowing what it shows: colour, distance to the background, edges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.pictures.background import Background, fit_background, squared_length, to_lab
from jobs.reconstruction.pictures.morphology import SQUARE, Mask

Plane = NDArray[np.float32]
_BLUR_PX = 0.8
STRONG_LAB, _FAINT_LAB = 12.0, 4.0
_NEAR_SIGMAS, _FAR_SIGMAS = 3.0, 6.0
_LEAST_NEAR, _LEAST_FAR = 2.5, 9.0


@dataclass(frozen=True)
class Cues:
    """Of one photo (h, w): `rgb`; `lab`, blurred by less than a pixel; `gradient`: its change [CIE Lab per pixel];
    `edges`: the largest of it within a pixel; `background`: what was fitted to the border."""

    rgb: NDArray[np.uint8]
    lab: Plane
    gradient: Plane
    edges: Plane
    background: Background

    @classmethod
    def of(cls, rgb: NDArray[np.uint8]) -> Cues:
        lab = to_lab(np.asarray(cv2.GaussianBlur(rgb, (0, 0), _BLUR_PX), np.uint8))
        x, y = (np.asarray(cv2.Sobel(lab, cv2.CV_32F, *axis, scale=0.25), np.float32) for axis in ((1, 0), (0, 1)))
        gradient = np.asarray(cv2.sqrt(cv2.add(squared_length(x), squared_length(y))), np.float32)
        edges = np.asarray(cv2.dilate(gradient, SQUARE), np.float32)
        return cls(rgb, lab, gradient, edges, fit_background(rgb))

    @cached_property
    def faint(self) -> Mask:
        """Where there is an edge at all, (h, w)."""
        return self.gradient > _FAINT_LAB

    @cached_property
    def strong(self) -> Mask:
        """Where there is an edge that cannot be overlooked, (h, w)."""
        return self.gradient > STRONG_LAB

    @cached_property
    def alike(self) -> Mask:
        """What could be background, (h, w)."""
        return self.background.distance < max(_NEAR_SIGMAS * self.background.sigma, _LEAST_NEAR)

    @cached_property
    def unlike(self) -> Mask:
        """What is no background, in shadow or not, (h, w)."""
        return self.background.distance > self._far

    @cached_property
    def unlike_or_shaded(self) -> Mask:
        """What is no background that nothing throws a shadow on, (h, w)."""
        return self.background.plain > self._far

    @property
    def _far(self) -> float:
        return max(_LEAST_FAR, _FAR_SIGMAS * self.background.sigma)

    def without(self, background: Mask) -> Cues:
        """The same, but nothing stands out where the background is known (h, w)."""

        def quiet(plane: Plane) -> Plane:
            return np.where(background, np.float32(0), plane)

        fitted = self.background
        fitted = replace(fitted, distance=quiet(fitted.distance), plain=quiet(fitted.plain))
        return replace(self, gradient=quiet(self.gradient), edges=quiet(self.edges), background=fitted)


def scaled_down(rgb: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    """So that its longer side has at most this many pixels."""
    height, width = rgb.shape[:2]
    factor = side_px / max(height, width)
    if factor >= 1:
        return rgb
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
