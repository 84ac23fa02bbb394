"""How good each photo is, for the warnings and for the quality report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.errors import listed
from jobs.reconstruction.pictures.background import to_lab
from jobs.reconstruction.pictures.morphology import SQUARE, Mask, disc
from jobs.reconstruction.pictures.silhouette import TRUSTED, Silhouette

_BLURRED = 0.5
_BLOWN, _BLACK = 252, 6
_BADLY_EXPOSED = 0.3
_BESIDE_PX = 4


@dataclass(frozen=True)
class PhotoAssessment:
    """`sharpness`: of the object's outline, relative to the median of the set; None where it has no outline.

    `overexposed`, `underexposed`: shares of the object's pixels that are all white or all black. `is_cut`: by the
    frame. `confidence`: in the silhouette, 0 to 1. `duplicate_of`: the name of an earlier photo, if it is the same.
    """

    name: str
    sharpness: float | None
    overexposed: float
    underexposed: float
    is_cut: bool
    confidence: float
    duplicate_of: str | None = None

    @property
    def is_blurred(self) -> bool:
        return self.sharpness is not None and self.sharpness < _BLURRED


def assess_photos(
    found: Sequence[tuple[Shot, Silhouette]], duplicates: Mapping[str, str]
) -> tuple[PhotoAssessment, ...]:
    """One per photo, in their order."""
    widths = [_edge_sharpness(shot.rgb, silhouette.mask) for shot, silhouette in found]
    known = [value for value in widths if value is not None]
    usual = float(np.median(known)) if known else 1.0
    return tuple(
        PhotoAssessment(
            name=shot.name,
            sharpness=None if value is None else value / usual,
            overexposed=_share(shot.rgb.min(axis=2) >= _BLOWN, silhouette.mask),
            underexposed=_share(shot.rgb.max(axis=2) <= _BLACK, silhouette.mask),
            is_cut=silhouette.is_cut,
            confidence=silhouette.confidence,
            duplicate_of=duplicates.get(shot.name),
        )
        for (shot, silhouette), value in zip(found, widths, strict=True)
    )


def warn_of_photos(photos: Sequence[PhotoAssessment]) -> tuple[str, ...]:
    """A sentence for each thing that is wrong with some of them, and what to do."""
    duplicates = [f"{photo.name}' = '{photo.duplicate_of}" for photo in photos if photo.duplicate_of]
    kept = [photo for photo in photos if not photo.duplicate_of]
    told = (
        ("the same photo twice, left out", duplicates, "take it from another side"),
        ("blurred", [p.name for p in kept if p.is_blurred], "hold the camera still or give more light"),
        ("over-exposed", [p.name for p in kept if p.overexposed > _BADLY_EXPOSED], "give less light"),
        ("under-exposed", [p.name for p in kept if p.underexposed > _BADLY_EXPOSED], "give more light"),
        (
            "the object's outline is doubtful and does not carve alone",
            [p.name for p in kept if p.confidence < TRUSTED],
            "use a plain background in another colour",
        ),
    )
    return tuple(f"{what}: {listed(names)}; {remedy}" for what, names, remedy in told if names)


def _share(which: Mask, mask: Mask) -> float:
    area = np.count_nonzero(mask)
    return float(np.count_nonzero(which & mask) / area) if area else 0.0


def _edge_sharpness(rgb: NDArray[np.uint8], mask: Mask) -> float | None:
    """Steepness of the step at the outline over its height [1/px], the median along it; blur makes it wider.

    The object's own texture does not count: it differs from side to side.
    """
    small = mask.astype(np.uint8)
    outline = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, SQUARE) > 0
    lab = to_lab(rgb)
    window = disc(_BESIDE_PX)
    lightness = lab[..., 0]
    x, y = cv2.Sobel(lightness, cv2.CV_32F, 1, 0), cv2.Sobel(lightness, cv2.CV_32F, 0, 1)
    steepness = cv2.dilate(np.sqrt(x**2 + y**2) / 8, SQUARE)[outline]
    height = (cv2.dilate(lightness, window) - cv2.erode(lightness, window))[outline]
    clear = height > 10
    return float(np.median(steepness[clear] / height[clear])) if clear.any() else None
