"""Which depths the neighbouring photos confirm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.sampling import sample_nearest
from jobs.reconstruction.stereo.kernel import DepthMap, Plane
from jobs.reconstruction.stereo.neighbours import count_needed
from jobs.reconstruction.stereo.photo import Photo


def keep_confirmed(
    photos: Sequence[Photo],
    maps: Sequence[DepthMap],
    neighbours: Sequence[Sequence[int]],
    least_confidence: float,
    tolerance: float,
) -> list[Plane]:
    """Depths (h, w) that enough neighbours see within `tolerance` [world units]; 0 elsewhere."""
    trusted = [np.where(one.confidence >= least_confidence, one.depth, 0).astype(np.float32) for one in maps]

    def confirm(index: int) -> Plane:
        rows, columns = np.nonzero(trusted[index] > 0)
        points = _points(photos[index], trusted[index], rows, columns)
        votes = np.zeros(len(rows), np.int8)
        for other in neighbours[index]:
            [seen], depth = look_up(photos[other], trusted[other][..., None], points)
            votes += (seen > 0) & (np.abs(seen - depth) < tolerance)
        kept = np.zeros_like(trusted[index])
        good = votes >= count_needed(neighbours[index])
        kept[rows[good], columns[good]] = trusted[index][rows[good], columns[good]]
        return kept

    return map_in_threads(confirm, range(len(photos)))


def look_up(photo: Photo, planes: Plane, points: NDArray[np.float32]) -> tuple[Plane, Plane]:
    """The values (k, n) of planes (h, w, k) at the pixel nearest to each point (n, 3), 0 outside the picture, and the
    points' depth."""
    u, v, depth = photo.camera.project_single(points)
    values = np.ascontiguousarray(sample_nearest(planes, u, v).reshape(-1, planes.shape[2]).T)
    values[:, depth <= 0] = 0
    return values, depth


def _points(photo: Photo, depth: Plane, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.float32]:
    rays = photo.camera.rays(columns + 0.5, rows + 0.5)
    return (photo.camera.position + rays * depth[rows, columns, None]).astype(np.float32)
