"""Middlebury multi-view stereo `*_par.txt`: one line per photo, K R t, metres.

Source: vision.middlebury.edu/mview/data. Pixel centres are taken to be whole numbers there.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from jobs.reconstruction.cameras.camera_row import CameraRow, rotation_problem
from jobs.reconstruction.errors import InvalidCameras

_FIELDS = 22


def read_middlebury(path: Path) -> tuple[CameraRow, ...]:
    """Raises: InvalidCameras: With every problem found."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    rows, problems = [], []
    for number, line in enumerate(lines[1:], start=2):
        words = line.split()
        if not words:
            continue
        try:
            rows.append(_row(words))
        except ValueError as error:
            problems.append(f"line {number}: {error}")
    if not lines or not lines[0].strip().isdigit() or int(lines[0]) != len(rows) + len(problems):
        problems.insert(0, f"line 1 does not say how many rows follow ({len(rows) + len(problems)})")
    if problems:
        raise InvalidCameras(path.name, problems)
    return tuple(rows)


def _row(words: list[str]) -> CameraRow:
    if len(words) != _FIELDS:
        raise ValueError(f"{len(words)} words instead of a name and 21 numbers")
    numbers = [float(word) for word in words[1:]]
    if not all(math.isfinite(number) for number in numbers):
        raise ValueError(f"the row of '{words[0]}' holds NaN or infinity")
    K, R = np.reshape(numbers[:9], (3, 3)), np.reshape(numbers[9:18], (3, 3))
    problem = rotation_problem(R)
    if problem:
        raise ValueError(f"the row of '{words[0]}': {problem}")
    if K[0, 0] <= 0 or K[1, 1] <= 0 or not np.allclose(K[2], [0, 0, 1]) or K[1, 0] != 0:
        raise ValueError(f"the row of '{words[0]}': K is not a camera matrix")
    K[:2, 2] += 0.5
    return CameraRow(words[0], K, R, np.asarray(numbers[18:]))
