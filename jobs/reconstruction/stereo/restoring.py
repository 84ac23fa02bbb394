"""What stereo took away although a silhouette shows it: a rim, a blade, a wire.

Next to a thin part's edge a window holds more of what lies behind it, so that the part itself is seen through. But each
pixel well inside a silhouette shows something: where its ray meets nothing any more, too much was carved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.carving.hull import Volume
from jobs.reconstruction.carving.surface import extract_surface
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.morphology import inset
from jobs.reconstruction.stereo.photo import Photo

_STEPS_A_VOXEL = 2


def restore(seen: Volume, merged: Volume, hull: RayCaster, photos: Sequence[Photo]) -> Volume:
    """`seen` without what uncovers pixels of the photos' masks once it is `merged` with the hull.

    On the ray through each such pixel the place is given back to the hull where least was missing.
    """
    surface = extract_surface(merged)
    if surface is None:
        return seen
    before, after = hull, RayCaster(surface)
    found = map_in_threads(lambda photo: _places(photo, merged, before, after), photos)
    values = seen.values.copy()
    index = np.unique(np.concatenate(found), axis=0)
    for shift in np.stack(np.meshgrid(*[(0, 1)] * 3, indexing="ij"), axis=-1).reshape(-1, 3):
        x, y, z = np.minimum(index + shift, np.array(values.shape) - 1).T
        values[x, y, z] = values.max()
    return replace(seen, values=values)


def _places(photo: Photo, merged: Volume, before: RayCaster, after: RayCaster) -> NDArray[np.int64]:
    """Voxels (n, 3), the lower corners of the cells to be given back."""
    rows, columns = np.nonzero(inset(photo.mask, 3))
    u, v = columns + 0.5, rows + 0.5
    bare = ~after.meets(photo.camera, u, v)
    if not bare.any():
        return np.zeros((0, 3), np.int64)
    u, v = u[bare], v[bare]
    near, far = before.reach(photo.camera, u, v), before.leave(photo.camera, u, v)
    hit = np.isfinite(near) & np.isfinite(far)
    if not hit.any():
        return np.zeros((0, 3), np.int64)
    u, v, near, far = u[hit], v[hit], near[hit], far[hit]
    rays = photo.camera.rays(u, v)
    step = merged.spacing / _STEPS_A_VOXEL / np.linalg.norm(rays, axis=1)
    count = int(np.ceil(((far - near) / step).max())) + 1
    best, place = np.full(len(u), -np.inf, np.float32), np.zeros((len(u), 3), np.int64)
    for number in range(count):
        depth = near + number * step
        points = photo.camera.position + rays * depth[:, None]
        index = np.floor((points - merged.origin) / merged.spacing + 0.5).astype(np.int64)
        index = np.clip(index, 0, np.array(merged.values.shape) - 1)
        value = np.where(depth <= far, merged.values[tuple(index.T)], -np.inf)
        better = value > best
        best[better], place[better] = value[better], index[better]
    return np.maximum(place[best > merged.values.min() * 0.9] - 1, 0)
