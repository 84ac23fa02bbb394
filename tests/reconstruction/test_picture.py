"""Pictures of every kind become upright RGB bytes, or a typed error that names the file."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from jobs.contracts.reconstruction import PictureLimits
from jobs.reconstruction.errors import MislabelledImage, PictureTooLarge, UnreadableImage
from jobs.reconstruction.pictures.errors import PictureTooSmall, UnsupportedPicture
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
    Image.new("RGB", (20, 16), (255, 255, 255)).convert(mode).save(path)
    picture = read_picture(path, LIMITS)
    assert picture.rgb.shape == (16, 20, 3)
    assert picture.rgb.min() > 250
    assert picture.alpha is None


def test_alpha_is_kept_apart(tmp_path: Path) -> None:
    rgba = np.dstack([GRADIENT, np.where(GRADIENT[..., 0] > 100, 255, 0)]).astype(np.uint8)
    Image.fromarray(rgba).save(tmp_path / "a.png")
    picture = read_picture(tmp_path / "a.png", LIMITS)
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha, rgba[..., 3])


def test_a_transparent_palette_gives_alpha(tmp_path: Path) -> None:
    palette = Image.new("P", (16, 16), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.putpixel((0, 0), 0)
    palette.save(tmp_path / "a.png", transparency=0)
    picture = read_picture(tmp_path / "a.png", LIMITS)
    assert picture.alpha is not None
    assert picture.alpha[0, 0] == 0
    assert picture.rgb[1, 1].tolist() == [255, 0, 0]


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    values = np.array([[0, 257], [32896, 65535]], np.uint16)
    Image.fromarray(np.tile(values, (8, 8))).save(tmp_path / "a.png")
    assert read_picture(tmp_path / "a.png", LIMITS).rgb[:2, :2, 0].tolist() == [[0, 1], [128, 255]]


def test_sixteen_bit_colours_are_those_that_another_decoder_reads(tmp_path: Path) -> None:
    deep = (GRADIENT.astype(np.uint16) * 257)[..., ::-1]
    for name in ("a.png", "a.tif"):
        assert cv2.imwrite(str(tmp_path / name), deep)
        assert np.array_equal(read_picture(tmp_path / name, LIMITS).rgb, GRADIENT)


def test_cmyk_inks_are_mixed_as_printed(tmp_path: Path) -> None:
    inks = np.zeros((16, 16, 4), np.uint8)
    inks[:8, :, 1:3] = 255  # magenta and yellow: red
    inks[8:, :, 3] = 255  # black
    for name, options in (("a.tif", {}), ("a.jpg", {"quality": 100})):
        Image.fromarray(inks, mode="CMYK").save(tmp_path / name, **options)
        rgb = read_picture(tmp_path / name, LIMITS).rgb.astype(int)
        assert np.abs(rgb[2, 2] - [255, 0, 0]).max() < 12
        assert np.abs(rgb[13, 2]).max() < 12


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a.tif"])
def test_of_several_frames_or_pages_the_first_is_read(tmp_path: Path, name: str) -> None:
    frames = [Image.new("RGB", (20, 16), colour) for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    options = {"lossless": True} if name.endswith("webp") else {}
    frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], **options)
    rgb = read_picture(tmp_path / name, LIMITS).rgb
    assert rgb.shape == (16, 20, 3)
    assert (rgb == [255, 0, 0]).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright_as_in_another_decoder(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(GRADIENT).save(tmp_path / "a.jpg", exif=exif, quality=95)
    other = cv2.imread(str(tmp_path / "a.jpg"), cv2.IMREAD_COLOR)
    assert other is not None
    mine = read_picture(tmp_path / "a.jpg", LIMITS).rgb.astype(int)
    assert mine.shape == other.shape
    assert np.abs(mine - other[..., ::-1]).max() <= 3


def test_what_follows_the_picture_in_its_file_is_not_looked_at(tmp_path: Path) -> None:
    Image.fromarray(GRADIENT).save(tmp_path / "a.png")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("evil.sh", "rm")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes() + (tmp_path / "more.zip").read_bytes())
    assert np.array_equal(read_picture(tmp_path / "a.png", LIMITS).rgb, GRADIENT)


def test_what_is_not_read_here_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "IMG_0001.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(50))
    with pytest.raises(UnsupportedPicture, match=r"IMG_0001\.HEIC' is HEIC.*most compatible"):
        read_picture(tmp_path / "IMG_0001.HEIC", LIMITS)


@pytest.mark.parametrize("size", [(15, 40), (16, 321)])
def test_a_thumbnail_and_a_strip_are_no_photos(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size).save(tmp_path / "a.png")
    with pytest.raises(PictureTooSmall, match=f"{size[0]} x {size[1]} pixels"):
        read_picture(tmp_path / "a.png", LIMITS)


def test_errors_name_the_file_but_no_folder_of_ours(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    with pytest.raises(UnreadableImage) as caught:
        read_picture(tmp_path / "a.png", LIMITS)
    assert str(tmp_path) not in str(caught.value)


def test_floating_point_is_no_photo(tmp_path: Path) -> None:
    Image.fromarray(np.ones((16, 16), np.float32)).save(tmp_path / "depth.tif")
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
