"""The seam of the plane sweep: what matches one photo against its neighbours, and what that is asked and answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class SourcePicture:
    """A neighbouring photo, `grey` (h, w) in 0..1.

    What lies at `depth` behind pixel (x, y) of the reference is seen here at `depth * M @ (x, y, 1) + b`, homogeneous;
    pixel centres are whole numbers on both sides. `M` (3, 3), `b` (3,).
    """

    grey: Plane
    M: NDArray[np.float64]
    b: NDArray[np.float64]


@dataclass(frozen=True)
class SweepTask:
    """One reference photo, and the depths to try at each pixel.

    `grey` (h, w) in 0..1, `mask` (h, w): the pixels that are asked for, and that count in a window.
    Depths are `near + k * step` for k = 0 .. `steps` - 1, those beyond `far` are not tried; `near`, `far` (h, w) are
    finite everywhere [world units].
    `window`: side of the matching window [px], odd. `best`: the score of a depth is the mean of that many sources.
    `least_contrast`: standard deviation of the grey values in the window, below which there is nothing to match.
    """

    grey: Plane
    mask: NDArray[np.bool_]
    near: Plane
    far: Plane
    step: float
    steps: int
    sources: tuple[SourcePicture, ...]
    window: int = 7
    best: int = 2
    least_contrast: float = 0.006


@dataclass(frozen=True)
class DepthMap:
    """`depth` (h, w) [world units], 0 where none was found; `confidence` (h, w): the score there, 0 where none."""

    depth: Plane
    confidence: Plane


class SweepKernel(Protocol):
    """Kernels agree within a stated tolerance, whatever they run on.

    Score of a depth: warp each source to the reference (bilinear, 0 outside the picture), take the zero-mean normalised
    cross-correlation over the masked pixels of the window, then the mean of the `best` highest over the sources. The
    depth is that of the highest score, refined by the parabola through it and its two neighbours.
    """

    def sweep(self, task: SweepTask) -> DepthMap: ...
