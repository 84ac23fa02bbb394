"""Photos whose cameras are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import ScaleSource
from jobs.reconstruction.cameras.shot import Shot
from jobs.runtime.errors import BadInput


@dataclass(frozen=True)
class Ground:
    """The plane that the object stands on: `normal` (3,) @ x >= `offset` holds the object [world units]."""

    normal: NDArray[np.float64]
    offset: float


@dataclass(frozen=True)
class Posed:
    """`cameras`: what told where the photos were taken from, for messages.

    `residual_px`: mean reprojection error of the poses, where they were estimated. `points`: (n, 3) [world units],
    triangulated on the way; none from camera files. `disagreement`: the error to raise, of what was seen, where the
    silhouettes contradict the cameras and no camera file is to blame.
    """

    shots: tuple[Shot, ...]
    cameras: str
    scale_source: ScaleSource
    warnings: tuple[str, ...] = ()
    ground: Ground | None = None
    residual_px: float | None = None
    points: NDArray[np.float64] | None = None
    disagreement: Callable[[Sequence[str]], BadInput] | None = None
