"""What the background of a photo looks like, and how far each pixel is from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

Plane = NDArray[np.float32]

_BORDER = 0.03
"""Width of the ring that background is expected in, of the shorter side."""
_FIT_SIDE_PX = 160
"""The fit is smooth, so it needs no more pixels than this across."""
_TRIMMED = 3.0
"""Pixels farther than this many deviations from the fit are not background."""
_LEAST_SIGMA = 0.7
"""Below this (CIE Lab) a deviation is quantisation, not texture."""
_DARK_L = 20.0
"""On a background darker than this a shadow cannot be told from background by its hue."""
_SHADOW_WEIGHT = 0.25
_DARKEST_SHADOW = 0.45


@dataclass(frozen=True)
class Background:
    """`distance` (h, w): colour difference to the fitted background [CIE Lab], shadows on it discounted; `plain`: the
    same, shadows counted in full.

    `sigma`: deviation of the background itself. `dark`: its lightness leaves no room for shadows.
    """

    distance: Plane
    plain: Plane
    sigma: float
    dark: bool


def fit_background(rgb: NDArray[np.uint8]) -> Background:
    """Fit a smooth colour, quadratic in x and y, to the border of a photo and what continues it inwards.

    A shadow keeps the hue of what it falls on: where a pixel is a darker background, the loss of lightness counts
    only `_SHADOW_WEIGHT`.
    """
    lab = to_lab(rgb)
    height, width = lab.shape[:2]
    step = max(1, round(min(lab.shape[:2]) / _FIT_SIDE_PX))
    coarse = np.ascontiguousarray(lab[::step, ::step])
    terms = _terms(*coarse.shape[:2])
    ring = _ring(*coarse.shape[:2])
    coefficients, sigma = _fit(coarse, terms, ring)
    near = length(coarse - np.asarray(terms @ coefficients, np.float32)) < _TRIMMED * 2 * sigma
    coefficients, sigma = _fit(coarse, terms, _connected(near, ring))
    coarse_fit = np.asarray(terms @ coefficients, np.float32)
    fitted = np.asarray(cv2.resize(coarse_fit, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    return Background(
        _distance(lab, fitted), length(lab - fitted), sigma, bool(np.median(fitted[::step, ::step, 0]) < _DARK_L)
    )


def length(vectors: NDArray[Any] | MatLike) -> Plane:
    """(h, w) of (h, w, 3)."""
    return np.asarray(cv2.sqrt(squared_length(vectors)), np.float32)


def squared_length(vectors: NDArray[Any] | MatLike) -> Plane:
    """(h, w) of (h, w, 3)."""
    return np.asarray(cv2.transform(cv2.multiply(vectors, vectors), np.ones((1, 3), np.float32)), np.float32)


def to_lab(rgb: NDArray[np.uint8]) -> Plane:
    """sRGB bytes (h, w, 3) to CIE Lab."""
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _distance(lab: Plane, fitted: Plane) -> Plane:
    """The loss of lightness of a shadow discounted; its tint is that of the background, as much darker."""
    (light, *tints), (fitted_light, *fitted_tints) = cv2.split(lab), cv2.split(fitted)
    ratio = light / np.maximum(fitted_light, 1)
    lightness = light - fitted_light
    shadow = (lightness < 0) & (ratio > _DARKEST_SHADOW) & (fitted_light >= _DARK_L)
    np.multiply(lightness, np.float32(_SHADOW_WEIGHT), out=lightness, where=shadow)
    dimmed = np.clip(ratio, 0.3, 1.2)
    differences = (tint - other * dimmed for tint, other in zip(tints, fitted_tints, strict=True))
    return length(cv2.merge([lightness, *differences]))


def _terms(height: int, width: int) -> Plane:
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).astype(np.float32)


def _ring(height: int, width: int) -> NDArray[np.bool_]:
    thickness = max(2, round(_BORDER * min(height, width)))
    ring = np.ones((height, width), np.bool_)
    ring[thickness:-thickness, thickness:-thickness] = False
    return ring


def _fit(lab: Plane, terms: Plane, where: NDArray[np.bool_]) -> tuple[Plane, float]:
    """Least squares, twice trimmed; the first guess is the median, which a cut object does not move."""
    some = np.flatnonzero(where)
    basis, values = (np.take(plane.reshape(where.size, -1), some, axis=0).astype(np.float64) for plane in (terms, lab))
    coefficients = np.zeros((basis.shape[1], 3))
    coefficients[0] = np.median(values, axis=0)
    spread = 0.0
    for _ in range(3):
        x, y, z = (values - basis @ coefficients).T
        error = np.sqrt(x * x + y * y + z * z)
        spread = max(float(np.median(error)) / 1.54, _LEAST_SIGMA)
        kept = error < _TRIMMED * spread * 1.54
        if np.count_nonzero(kept) < 2 * basis.shape[1]:
            break
        some = np.flatnonzero(kept)
        part = np.take(basis, some, axis=0)
        coefficients = np.linalg.solve(part.T @ part, part.T @ np.take(values, some, axis=0))
    return coefficients.astype(np.float32), spread


def _connected(near: NDArray[np.bool_], ring: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The part of `near` that hangs together with the border."""
    count, found = cv2.connectedComponents(near.astype(np.uint8))
    labels = np.asarray(found, np.int64)
    touching = np.zeros(count, np.bool_)
    touching[labels[ring & near]] = True
    touching[0] = False
    part = touching[labels]
    return part if part.any() else ring
