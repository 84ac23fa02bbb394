"""How good each photo is, for the warnings and for the quality report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.errors import listed
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.background import to_lab
from jobs.reconstruction.pictures.morphology import SQUARE, Mask, around
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
    looks = map_in_threads(lambda pair: _look(pair[0].rgb, pair[1].mask), found)
    known = [look.sharpness for look in looks if look.sharpness is not None]
    usual = float(np.median(known)) if known else 1.0
    return tuple(
        PhotoAssessment(
            name=shot.name,
            sharpness=None if look.sharpness is None else look.sharpness / usual,
            overexposed=look.overexposed,
            underexposed=look.underexposed,
            is_cut=silhouette.is_cut,
            confidence=silhouette.confidence,
            duplicate_of=duplicates.get(shot.name),
        )
        for (shot, silhouette), look in zip(found, looks, strict=True)
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


@dataclass(frozen=True)
class _Look:
    """`sharpness` [1/px], None without an outline; shares as in `PhotoAssessment`."""

    sharpness: float | None
    overexposed: float
    underexposed: float


def _look(rgb: NDArray[np.uint8], mask: Mask) -> _Look:
    window = around(mask, _BESIDE_PX + 2)
    part, inside = np.ascontiguousarray(rgb[window]), mask[window]
    area = max(np.count_nonzero(inside), 1)

    def share(darkest: int, brightest: int) -> float:
        between = cv2.inRange(part, (darkest,) * 3, (brightest,) * 3) > 0
        return float(np.count_nonzero(between & inside) / area)

    return _Look(_edge_sharpness(part, inside), share(_BLOWN, 255), share(0, _BLACK))


def _edge_sharpness(rgb: NDArray[np.uint8], mask: Mask) -> float | None:
    """Steepness of the step at the outline over its height [1/px], the median along it; blur makes it wider.

    The object's own texture does not count: it differs from side to side.
    """
    small = mask.astype(np.uint8)
    outline = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, SQUARE) > 0
    lab = to_lab(rgb)
    window = np.ones((2 * _BESIDE_PX + 1, 2 * _BESIDE_PX + 1), np.uint8)
    lightness = lab[..., 0]
    x, y = cv2.Sobel(lightness, cv2.CV_32F, 1, 0), cv2.Sobel(lightness, cv2.CV_32F, 0, 1)
    steepness = cv2.dilate(np.sqrt(x**2 + y**2) / 8, SQUARE)[outline]
    height = (cv2.dilate(lightness, window) - cv2.erode(lightness, window))[outline]
    clear = height > 10
    return float(np.median(steepness[clear] / height[clear])) if clear.any() else None
