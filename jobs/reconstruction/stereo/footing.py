"""Where the object stands, from the depths of what is seen just above.

Where an object touches its table it is darkest, and a silhouette that takes a little of that for the object lets the
hull go on below the table. But no photo sees anything there: the lowest depths lie where the object ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jobs.reconstruction.carving.hull import Volume
from jobs.reconstruction.carving.underside import Underside
from jobs.reconstruction.stereo.kernel import Plane
from jobs.reconstruction.stereo.photo import Photo

_FEWEST_DEPTHS = 20_000
_LOWEST_SHARE = 0.001
"""Of the depths, lies lower by error."""
_LEAST_SHARE = 0.016
"""Of the longest extent: less is within what silhouettes tell."""
_MOST_SHARE = 0.1
"""Of the object's height: more is a foot without texture."""
_WALL_HEIGHT, _WALL_SHARE = 0.021, 0.84
"""A wall goes down to the table: so far above [longest extents], the cross-section is hardly larger."""


def find_footing(underside: Underside, hull: Volume, photos: Sequence[Photo], depths: Sequence[Plane]) -> Underside:
    """The underside, raised to where walls end; as it was where it is known, or where the shape curves in below."""
    if underside.is_known:
        return underside
    heights = np.concatenate([_heights(underside, *pair) for pair in zip(photos, depths, strict=True)])
    if len(heights) < _FEWEST_DEPTHS:
        return underside
    lowest = float(np.quantile(heights, _LOWEST_SHARE)) - hull.spacing / 2
    raised = lowest - underside.offset
    most = _MOST_SHARE * float(np.quantile(heights, 1 - _LOWEST_SHARE) - lowest)
    if not _LEAST_SHARE * hull.extent < raised < most or not _has_walls(underside, hull, lowest):
        return underside
    return replace(underside, offset=lowest)


def _heights(underside: Underside, photo: Photo, depth: Plane) -> np.ndarray:
    rows, columns = np.nonzero(depth > 0)
    along = photo.camera.rays(columns + 0.5, rows + 0.5) @ underside.normal
    return photo.camera.position @ underside.normal + along * depth[rows, columns]


def _has_walls(underside: Underside, hull: Volume, lowest: float) -> bool:
    """Whether the hull is as wide at the lowest depth as a little above; the normal is an axis of the world."""
    axis = int(np.argmax(np.abs(underside.normal)))
    up = 1 if underside.normal[axis] > 0 else -1
    first = round((up * lowest - float(hull.origin[axis])) / hull.spacing)
    above = round(_WALL_HEIGHT * hull.extent / hull.spacing)
    low, high = (
        np.count_nonzero(hull.values.take(np.clip(index, 0, hull.values.shape[axis] - 1), axis=axis) > 0)
        for index in (first + up, first + up * (1 + above))
    )
    return bool(low >= _WALL_SHARE * high)
