"""What photos must have in common to have been taken through the same lens, at the same zoom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image

from jobs.reconstruction.cameras.focal_length import read_focal_share


@dataclass(frozen=True)
class Lens:
    """`size_px` of its photos, upright. `focal_share`: focal length, of the photo's diagonal; None if unknown."""

    model: str
    size_px: tuple[int, int]
    focal_share: float | None


def read_lens(path: Path, size_px: tuple[int, int]) -> Lens:
    """Of a photo that has been opened before."""
    return Lens(_read_model(path), size_px, read_focal_share(path))


def _read_model(path: Path) -> str:
    try:
        with Image.open(path) as image:
            exif = image.getexif()
            return " ".join(str(exif.get(tag, "")) for tag in (ExifTags.Base.Make, ExifTags.Base.Model))
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, ZeroDivisionError):
        return ""
