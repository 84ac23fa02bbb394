"""Which frames see a thing, and from how far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.scans.frame import Frame

_MOST_FRAMES, _FEWEST_FRAMES, _LOOKED_FOR, _SAME_PLACE_M = 80, 3, 400, 0.025


def find_views(points: NDArray[np.float64], frames: Sequence[Frame], max_distance_m: float) -> list[Frame]:
    """Frames that see some of the points (n, 3), those with the most pixels on them, in their order.

    None at all if fewer than three see them from within `max_distance_m`: the noise of depth grows with the square of
    the distance.
    """
    some = points[:: max(1, len(points) // _LOOKED_FOR)]
    seen, near_by = [], 0
    for index, frame in enumerate(frames):
        depth, measured = frame.depth_at(some)
        near = np.abs(depth - measured) < _SAME_PLACE_M
        if near.any():
            distance_m = float(np.median(depth[near]))
            near_by += distance_m <= max_distance_m
            seen.append((-float(np.count_nonzero(near)) / distance_m**2, index))
    if near_by < _FEWEST_FRAMES:
        return []
    return [frames[index] for index in sorted(index for _, index in sorted(seen)[:_MOST_FRAMES])]
