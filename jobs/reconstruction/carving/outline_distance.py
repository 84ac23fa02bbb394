"""How far from an object's outline the places of a photo lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.pictures.morphology import around, measure_distance, share_px
from jobs.reconstruction.pictures.sampling import sample_between

_MARGIN = 0.06
"""Of the photo's shorter side. Carving compares what is farther away only with distances less than that."""
Plane = NDArray[np.float32]


@dataclass(frozen=True)
class OutlineDistance:
    """`plane` (h, w) [px], positive inside the object: of the part of the photo around it, which begins at `left`,
    `top`."""

    plane: Plane
    left: int
    top: int

    @classmethod
    def of(cls, mask: NDArray[np.bool_]) -> Self:
        """Euclidean, to the line halfway between the last pixel inside and the first outside.

        The frame is no outline: an object that reaches it may go on there.
        """
        rows, columns = around(mask, share_px(mask, _MARGIN)) if mask.any() else (slice(0, None), slice(0, None))
        pixels = mask[rows, columns].astype(np.uint8)
        plane = 0.5 - measure_distance(1 - pixels)
        window = around(pixels > 0, 1)
        part = pixels[window]
        if part.any():
            inside = measure_distance(np.pad(part, 1, mode="edge"))[1:-1, 1:-1]
            plane[window] = np.where(part > 0, inside - 0.5, plane[window])
        return cls(plane, columns.start, rows.start)

    def at(self, u: Plane, v: Plane) -> Plane:
        """Distance (n,) of places [px, pixel centres at .5]; beside the plane no less than it is."""
        x, y = u - np.float32(self.left), v - np.float32(self.top)
        value = sample_between(self.plane, x, y)
        height, width = self.plane.shape
        if x.min() < 0.5 or y.min() < 0.5 or x.max() > width - 0.5 or y.max() > height - 0.5:
            value = value - beyond(x, y, self.plane.shape)
        return np.asarray(value, np.float32)


def beyond(u: Plane, v: Plane, shape: tuple[int, ...]) -> Plane:
    """How far outside the pixel centres of a picture of this shape places (n,) lie [px, pixel centres at .5]."""
    height, width = shape
    return np.hypot(u - np.clip(u, 0.5, width - 0.5), v - np.clip(v, 0.5, height - 0.5))
