"""Blurred, badly exposed, doubtful and repeated photos are named."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.pictures.assessment import PhotoAssessment, assess_photos, warn_of_photos
from jobs.reconstruction.pictures.duplicates import find_duplicates
from jobs.reconstruction.pictures.silhouette import Silhouette
from tests.reconstruction.turntable import hammer, look_at, photograph

HAMMER = hammer()
CENTRE = HAMMER.bounds.mean(axis=0)


def shot(name: str, azimuth_deg: float, camera: Camera | None = None) -> Shot:
    a = np.radians(azimuth_deg)
    camera = camera or look_at(CENTRE + 0.36 * np.array([np.cos(a), np.sin(a), 0.3]), CENTRE)
    return Shot(name, photograph(HAMMER, camera, 128), None, camera)


SHOTS = tuple(shot(f"{k}.png", 40 * k) for k in range(5))


def silhouette(rgb: NDArray[np.uint8], confidence: float = 1.0) -> Silhouette:
    mask = np.asarray(np.abs(rgb.astype(int) - rgb[0, 0]).max(axis=2) > 30)
    return Silhouette(mask, np.zeros_like(mask), False, confidence)


def assessed(shots: tuple[Shot, ...]) -> tuple[PhotoAssessment, ...]:
    return assess_photos([(one, silhouette(one.rgb)) for one in shots], {})


def test_sound_photos_are_alike_and_raise_no_warning() -> None:
    photos = assessed(SHOTS)
    assert [photo.sharpness for photo in photos] == pytest.approx([1] * 5, abs=0.35)
    assert warn_of_photos(photos) == ()


def test_blur_is_seen_relative_to_the_set() -> None:
    blurred = replace(SHOTS[2], rgb=np.asarray(cv2.GaussianBlur(SHOTS[2].rgb, (0, 0), 3), np.uint8))
    photos = assessed((*SHOTS[:2], blurred, *SHOTS[3:]))
    assert [photo.is_blurred for photo in photos] == [False, False, True, False, False]
    assert warn_of_photos(photos) == ("blurred: '2.png'; hold the camera still or give more light",)


@pytest.mark.parametrize(("level", "says"), [(255, "over-exposed: '1.png'"), (0, "under-exposed: '1.png'")])
def test_what_is_all_white_or_black_on_the_object_is_badly_exposed(level: int, says: str) -> None:
    found = silhouette(SHOTS[1].rgb)
    burnt = replace(SHOTS[1], rgb=np.where(found.mask[..., None], np.uint8(level), SHOTS[1].rgb))
    (photo,) = assess_photos([(burnt, found)], {})
    assert (photo.overexposed, photo.underexposed) == ((1, 0) if level else (0, 1))
    assert warn_of_photos((photo,))[-1].startswith(says)


def test_a_doubtful_outline_is_told() -> None:
    photos = assess_photos([(SHOTS[0], silhouette(SHOTS[0].rgb, 0.5))], {})
    (warning,) = warn_of_photos(photos)
    assert warning.endswith("does not carve alone: '0.png'; use a plain background in another colour")


def test_the_same_photo_from_the_same_place_is_a_duplicate() -> None:
    again = replace(SHOTS[1], name="again.png", rgb=np.clip(SHOTS[1].rgb.astype(int) + 3, 0, 255).astype(np.uint8))
    assert find_duplicates((*SHOTS, again)) == {"again.png": "1.png"}
    photos = assess_photos([(one, silhouette(one.rgb)) for one in (*SHOTS, again)], {"again.png": "1.png"})
    assert warn_of_photos(photos) == (
        "the same photo twice, left out: 'again.png' = '1.png'; take it from another side",
    )


def test_what_looks_alike_from_elsewhere_is_no_duplicate() -> None:
    elsewhere = replace(SHOTS[1], name="round.png", camera=SHOTS[3].camera)
    assert find_duplicates((*SHOTS, elsewhere)) == {}
    assert find_duplicates(()) == {}


def test_another_object_from_the_same_place_is_no_duplicate() -> None:
    other = replace(SHOTS[1], name="other.png", rgb=np.ascontiguousarray(SHOTS[1].rgb[:, ::-1]))
    assert find_duplicates((*SHOTS, other)) == {}
