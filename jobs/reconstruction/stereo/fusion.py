"""Depths of many photos and the hull, to one field.

As the hull is what no silhouette leaves out, so the fused solid is what no photo looks through: a point is carved where
some photos see a confirmed surface clearly behind it. A photo whose surface lies in front says nothing, so the two
sides of a thin wall do not disturb each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.carving.hull import Volume
from jobs.reconstruction.carving.surface import smooth
from jobs.reconstruction.parallel import map_in_threads, parts_of
from jobs.reconstruction.stereo.consistency import look_up
from jobs.reconstruction.stereo.kernel import Plane
from jobs.reconstruction.stereo.photo import Photo
from jobs.reconstruction.stereo.seeing_photo import SeeingPhoto
from jobs.reconstruction.stereo.sweeping import Sweep

_BLOCK = 4
_CHUNK_POINTS = 1 << 16
_LAYERS = 16
_MARGIN = 2.0
"""Voxels outside the hull that are looked at too, so that smoothing has something to smooth with."""
_UNSEEN = np.float32(1e9)


@dataclass(frozen=True)
class FusionRule:
    """In voxels.

    `band`: depths are believed to that much on either side. `agreeing`: depths this near to the least that enough
    witnesses allow are averaged. `significant`: stereo moves the hull's surface only where it moves it by more.
    """

    band: float = 3.0
    agreeing: float = 1.0
    significant: float = 0.7


def see_through(hull: Volume, photos: Sequence[Photo], swept: Sweep, rule: FusionRule) -> Volume:
    """Signed distance to what the photos see, sampled as `hull` is; cut to the band, and positive where unknown.

    As many photos must see through a point as are witnesses of a depth.
    """
    blocks = np.array(hull.values.shape) // _BLOCK
    corner = np.stack(np.meshgrid(*(np.arange(n) for n in blocks), indexing="ij"), axis=-1).reshape(-1, 3) * _BLOCK
    offset = np.stack(np.meshgrid(*[np.arange(_BLOCK)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = _cells(hull.values, blocks).max(axis=1) > -_MARGIN * hull.spacing
    fine = inside & _touched(hull, blocks, photos, swept.depths)
    band = rule.band * hull.spacing
    known = np.full((len(corner), _BLOCK**3), band, np.float32)
    pairs = zip(photos, swept.depths, strict=True)
    views = map_in_threads(lambda pair: SeeingPhoto.of(*pair, hull, band), pairs)

    def at(index: NDArray[np.number]) -> NDArray[np.float32]:
        points = (hull.origin + hull.spacing * index).astype(np.float32)
        return _see_through(points, views, swept.witnesses, band, rule.agreeing * hull.spacing)

    def look(which: NDArray[np.bool_], samples: NDArray[np.number]) -> None:
        """At these samples of each block, (k, 3); one stands for all."""
        chosen = np.flatnonzero(which)
        parts = [chosen[some] for some in parts_of(len(chosen), _CHUNK_POINTS // len(samples))]
        values = map_in_threads(lambda some: at(corner[some][:, None] + samples), parts)
        for some, value in zip(parts, values, strict=True):
            known[some] = value

    look(inside & ~fine, np.full((1, 3), (_BLOCK - 1) / 2))
    look(fine, offset)
    whole = known.reshape(*blocks, _BLOCK, _BLOCK, _BLOCK).transpose(0, 3, 1, 4, 2, 5).reshape(hull.values.shape)
    return replace(hull, values=np.ascontiguousarray(whole))


def merge(hull: Volume, seen: Volume, rule: FusionRule) -> Volume:
    """The lesser of a smooth hull's field and what is seen; the hull's where the other is hardly less.

    What is seen is smoothed for itself, and the result is not: a wall of two voxels between the two would be gone.
    """
    smoothed, merged = smooth(seen).values, np.empty_like(hull.values)

    def put(start: int) -> None:
        layers = np.s_[start : start + _LAYERS]
        near, behind = hull.values[layers], smoothed[layers]
        known = np.minimum(near, np.float32(rule.band * hull.spacing)) - behind
        moved = np.clip(known / (rule.significant * hull.spacing) - 1, 0, 1)
        merged[layers] = near - moved * np.maximum(near - behind, 0)

    map_in_threads(put, range(0, len(merged), _LAYERS))
    return replace(hull, values=merged)


def _cells(values: NDArray[np.float32], blocks: NDArray[np.int64]) -> NDArray[np.float32]:
    """(blocks, samples of each)."""
    split = values.reshape(blocks[0], _BLOCK, blocks[1], _BLOCK, blocks[2], _BLOCK).transpose(0, 2, 4, 1, 3, 5)
    return split.reshape(-1, _BLOCK**3)


def _see_through(
    points: NDArray[np.float32], views: Sequence[SeeingPhoto], witnesses: int, band: float, agreeing: float
) -> NDArray[np.float32]:
    """Signed distance (blocks, k) of points (blocks, k, 3) to the surface that the photos see, positive behind it; the
    band where too few see one."""
    shape = points.shape[:2]
    centres = points.mean(axis=1)
    seen: list[tuple[NDArray[np.intp], NDArray[np.float32]]] = []
    least = np.full((witnesses, *shape), _UNSEEN, np.float32)
    for view in views:
        some = view.find_seen(centres)
        (surface, slant), depth = look_up(view.photo, view.surface, points[some].reshape(-1, 3))
        row = (depth - surface) * slant
        np.maximum(row, np.float32(-band), out=row)
        row[(surface <= 0) | (row >= band)] = _UNSEEN
        value = row.reshape(-1, shape[1])
        seen.append((some, value))
        for rank in range(witnesses):
            other = least[rank, some]
            least[rank, some] = np.minimum(other, value)
            value = np.maximum(other, value)
    anchor = least[-1]
    limit = anchor + np.float32(agreeing)
    total, count = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for some, value in seen:
        agrees = value <= limit[some]
        total[some] += np.where(agrees, value, 0)
        count[some] += agrees
    return np.where(anchor < _UNSEEN, total / np.maximum(count, 1), np.float32(band))


def _touched(
    hull: Volume, blocks: NDArray[np.int64], photos: Sequence[Photo], depths: Sequence[Plane]
) -> NDArray[np.bool_]:
    """Blocks that hold a depth, and their neighbours."""

    def find(pair: tuple[Photo, Plane]) -> NDArray[np.intp]:
        photo, plane = pair
        rows, columns = np.nonzero(plane > 0)
        rays = photo.camera.rays(columns + 0.5, rows + 0.5)
        points = photo.camera.position + rays * plane[rows, columns, None]
        index = np.floor((points - hull.origin) / hull.spacing / _BLOCK).astype(np.intp) + 1
        return index[((index > 0) & (index <= blocks)).all(axis=1)]

    hit = np.zeros(blocks + 2, np.bool_)
    for index in map_in_threads(find, zip(photos, depths, strict=True)):
        hit[tuple(index.T)] = True
    near = hit.copy()
    for axis in range(3):
        near |= np.roll(near, 1, axis) | np.roll(near, -1, axis)
    return near[1:-1, 1:-1, 1:-1].reshape(-1)
