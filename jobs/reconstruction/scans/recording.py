"""A scan as its files describe it, whatever their layout; nothing is decoded yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import UploadedFile
from jobs.reconstruction.scans.errors import UnreadableScanFile

Array = NDArray[np.float64]
Fetch = Callable[[UploadedFile], Path]
_MAX_TEXT_BYTES = 20_000_000


@dataclass(frozen=True)
class FrameFiles:
    """`T_world_camera` (4, 4) [m], OpenCV axes; checked where the layout's reader made it."""

    name: str
    colour: UploadedFile
    depth: UploadedFile
    T_world_camera: Array


@dataclass(frozen=True)
class Recording:
    """`K` (3, 3) [px], pixel centres at .5, for pictures of `size_px` (width, height), None if nobody says so.

    `step_m`: of one step of a depth picture's integers; `float_m`: of one unit of floating-point depth. `up` (3,): in
    the poses' world, where the layout defines it.
    """

    layout: str
    frames: tuple[FrameFiles, ...]
    K: Array
    size_px: tuple[int, int] | None
    step_m: float
    float_m: float = 1.0
    up: Array | None = None
    warnings: tuple[str, ...] = ()


def read_text(file: UploadedFile, fetch: Fetch) -> str:
    """Raises: UnreadableScanFile."""
    if file.bytes > _MAX_TEXT_BYTES:
        raise UnreadableScanFile(file.name, [f"it has {file.bytes:,} bytes; at most {_MAX_TEXT_BYTES:,} are read"])
    try:
        return fetch(file).read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableScanFile(file.name, ["it is no text"]) from error


def read_numbers(file: UploadedFile, fetch: Fetch) -> list[list[float]]:
    """Numbers line by line; what follows a # is left out.

    Raises:
        UnreadableScanFile: Something in it is no number.
    """
    rows = []
    for number, line in enumerate(read_text(file, fetch).splitlines(), 1):
        words = line.split("#")[0].replace(",", " ").split()
        try:
            rows.append([float(word) for word in words])
        except ValueError as error:
            raise UnreadableScanFile(file.name, [f"line {number} holds something that is no number"]) from error
    return [row for row in rows if row]
