"""Pictures of one thing, drawn exactly, and the request for a guess at it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jobs.contracts.reconstruction import PictureSource, ReconstructionRequest
from tests.reconstruction.conftest import Bench

SIDE_PX = 320
PAPER, PAINT = (222, 224, 226), (150, 70, 40)
Mask = NDArray[np.bool_]


def rows_and_columns() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of pixel centres, from the middle of the picture; rows count upwards."""
    row, column = np.mgrid[:SIDE_PX, :SIDE_PX] + 0.5 - SIDE_PX / 2
    return -row, column


def disc(radius: float, across: float = 0.0, up: float = 0.0) -> Mask:
    row, column = rows_and_columns()
    return np.hypot(row - up, column - across) < radius


def bar(half_width: float, half_height: float, across: float = 0.0, up: float = 0.0) -> Mask:
    row, column = rows_and_columns()
    return (np.abs(row - up) < half_height) & (np.abs(column - across) < half_width)


def cylinder(radius: float, height: float, elevation_deg: float) -> Mask:
    """The outline of an upright can, seen from afar: a bar between two ellipses."""
    row, column = rows_and_columns()
    half = height / 2 * np.cos(np.radians(elevation_deg))
    flat = max(np.sin(np.radians(elevation_deg)), 1e-9)
    ends = [np.hypot(column, (row - end) / flat) < radius for end in (-half, half)]
    return bar(radius, half) | ends[0] | ends[1]


def mug() -> Mask:
    """A body with a handle, whose hole shows the background."""
    return bar(70, 80, across=-30) | (disc(50, across=50) & ~disc(28, across=50))


def photograph(mask: Mask, paint: tuple[int, int, int] = PAINT) -> Image.Image:
    """On a plain background with a little noise."""
    rgb = np.where(mask[..., None], paint, PAPER) + np.random.default_rng(3).normal(0, 1.5, (*mask.shape, 3))
    return Image.fromarray(np.clip(np.rint(rgb), 0, 255).astype(np.uint8))


def cut_out(mask: Mask, paint: tuple[int, int, int] = PAINT) -> Image.Image:
    """With alpha."""
    rgba = np.zeros((*mask.shape, 4), np.uint8)
    rgba[mask] = (*paint, 255)
    return Image.fromarray(rgba)


def guess_request(bench: Bench, folder: Path, picture: Image.Image, **changes: object) -> ReconstructionRequest:
    """Save it as `thing.png` and upload it."""
    folder.mkdir(parents=True, exist_ok=True)
    picture.save(folder / "thing.png")
    return request_for(bench, folder / "thing.png", **changes)


def request_for(bench: Bench, path: Path, **changes: object) -> ReconstructionRequest:
    source = PictureSource(
        kind="picture", picture=bench.upload(path.parent, path), known_size_m=changes.pop("known_size_m", None)
    )
    fields = {"schema_version": 1, "profile": "demo", "name": "thing", "providers": ("single_view",), "source": source}
    return ReconstructionRequest.model_validate(fields | changes)
