"""Pictures of every kind become upright RGB bytes, or a typed error that names the file."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jobs.contracts.reconstruction import PictureLimits
from jobs.reconstruction.errors import MislabelledImage, PictureTooLarge, UnreadableImage
from jobs.reconstruction.pictures.picture import read_picture
from jobs.runtime.errors import BadInput

LIMITS = PictureLimits()
GRADIENT = np.dstack([*np.meshgrid(np.arange(32) * 8, np.arange(24) * 10), np.full((24, 32), 99)]).astype(np.uint8)


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif", "a.TIFF", "a.bmp"])
def test_lossless_formats_come_back_exactly(tmp_path: Path, name: str) -> None:
    options = {"lossless": True} if name.endswith("webp") else {}
    Image.fromarray(GRADIENT).save(tmp_path / name, **options)
    picture = read_picture(tmp_path / name, LIMITS)
    assert np.array_equal(picture.rgb, GRADIENT)
    assert picture.alpha is None
    assert (picture.width, picture.height) == (32, 24)


def test_a_jpeg_comes_back_nearly(tmp_path: Path) -> None:
    Image.fromarray(GRADIENT).save(tmp_path / "a.JPG", format="JPEG", quality=95)
    difference = read_picture(tmp_path / "a.JPG", LIMITS).rgb.astype(int) - GRADIENT
    assert np.abs(difference).mean() < 4


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "LA", "RGBA"])
def test_other_modes_become_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    Image.new("RGB", (8, 6), (255, 255, 255)).convert(mode).save(path)
    picture = read_picture(path, LIMITS)
    assert picture.rgb.shape == (6, 8, 3)
    assert picture.rgb.min() > 250
    assert picture.alpha is None


def test_alpha_is_kept_apart(tmp_path: Path) -> None:
    rgba = np.dstack([GRADIENT, np.where(GRADIENT[..., 0] > 100, 255, 0)]).astype(np.uint8)
    Image.fromarray(rgba).save(tmp_path / "a.png")
    picture = read_picture(tmp_path / "a.png", LIMITS)
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha, rgba[..., 3])


def test_a_transparent_palette_gives_alpha(tmp_path: Path) -> None:
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.putpixel((0, 0), 0)
    palette.save(tmp_path / "a.png", transparency=0)
    picture = read_picture(tmp_path / "a.png", LIMITS)
    assert picture.alpha is not None
    assert picture.alpha[0, 0] == 0
    assert picture.rgb[1, 1].tolist() == [255, 0, 0]


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    values = np.array([[0, 257], [32896, 65535]], np.uint16)
    Image.fromarray(values).save(tmp_path / "a.png")
    assert read_picture(tmp_path / "a.png", LIMITS).rgb[..., 0].tolist() == [[0, 1], [128, 255]]


def test_floating_point_is_no_photo(tmp_path: Path) -> None:
    Image.fromarray(np.ones((4, 4), np.float32)).save(tmp_path / "depth.tif")
    with pytest.raises(UnreadableImage, match=r"depth\.tif.*floating-point"):
        read_picture(tmp_path / "depth.tif", LIMITS)


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(GRADIENT).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(read_picture(tmp_path / "a.png", LIMITS).rgb, np.rot90(GRADIENT, -1))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"GIF89a" + bytes(50), MislabelledImage),
        (b"%PDF-1.7" + bytes(50), MislabelledImage),
        (b"<svg></svg>" + bytes(50), MislabelledImage),
        (bytes(4) + b"ftypheic" + bytes(50), MislabelledImage),
        (b"", UnreadableImage),
        (b"hello, this is not a picture", UnreadableImage),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), UnreadableImage),
    ],
)
def test_what_is_no_picture_is_named(tmp_path: Path, data: bytes, kind: type[BadInput]) -> None:
    (tmp_path / "photo.png").write_bytes(data)
    with pytest.raises(kind, match=r"photo\.png"):
        read_picture(tmp_path / "photo.png", LIMITS)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tif", "a.bmp"])
def test_damage_never_escapes_as_a_foreign_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    Image.fromarray(GRADIENT).save(path)
    whole, random = path.read_bytes(), np.random.default_rng(5)
    for _ in range(40):
        data = bytearray(whole)
        for at in random.integers(12, len(data), 6):
            data[at] = random.integers(0, 256)
        path.write_bytes(data)
        with suppress(BadInput):
            read_picture(path, LIMITS)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableImage, match=name):
        read_picture(path, LIMITS)


def test_limits_hold_before_anything_is_decoded(tmp_path: Path) -> None:
    Image.fromarray(GRADIENT).save(tmp_path / "a.png")
    with pytest.raises(PictureTooLarge, match=r"a\.png.*768 pixels; at most 500"):
        read_picture(tmp_path / "a.png", PictureLimits(max_pixels=500))
    with pytest.raises(PictureTooLarge, match=r"bytes; at most 20 bytes"):
        read_picture(tmp_path / "a.png", PictureLimits(max_file_bytes=20))
