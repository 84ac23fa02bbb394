"""What a photo's file says about its lens."""

from __future__ import annotations

import math
from pathlib import Path

from PIL import ExifTags, Image

_FILM_MM = math.hypot(36, 24)
"""Diagonal of 35 mm film, which equivalent focal lengths refer to. Source: CIPA DCG-001, 2018."""
_SHORTEST_MM, _LONGEST_MM = 8.0, 600.0


def read_focal_share(path: Path) -> float | None:
    """Focal length as a share of the picture's diagonal, from EXIF's equivalent for 35 mm film; None if not given.

    The picture has been opened before, so it can be opened; what its EXIF holds is not to be relied on.
    """
    try:
        with Image.open(path) as image:
            film_mm = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.FocalLengthIn35mmFilm)
            length_mm = float(film_mm) if film_mm is not None else 0.0
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, ZeroDivisionError):
        return None
    return length_mm / _FILM_MM if _SHORTEST_MM <= length_mm <= _LONGEST_MM else None
