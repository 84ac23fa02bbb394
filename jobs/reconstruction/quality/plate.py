"""A thin plate behind or below the object: background that was taken for a part of it.

Real things have plates too: tables, trays, books. What makes a plate an artefact is not its shape alone but where it
stands (square to the only view, behind everything) or what it looks like (the background of the photos).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.geometry.closed import from_manifold, to_manifold
from jobs.reconstruction.quality.surface_sample import SurfaceSample, sample_surface

_POINTS = 10_000
_DIRECTIONS = 600
_TRIED = 16
_ALONG, _FLAT = 0.985, 0.97
"""Cosines: of what is counted for a direction, and of what is taken for a sheet that faces it."""
_THICKEST = 0.08
"""Of the diagonal, as the following."""
_BIN, _SHEET, _CELL, _CLEARANCE = 0.01, 0.012, 0.02, 0.004
_LEAST_AREA = 0.06
"""Of the surface, for each of the two sheets."""
_LEAST_REST = 0.08
"""Of the surface: without anything else, the object itself is a plate."""
_LEAST_FILL, _LEAST_COVER, _LEAST_SIDE = 0.7, 1.1, 0.9
_VIEWED = 0.9
"""Cosine between a plate's normal and the view that it would be the background of."""


@dataclass(frozen=True)
class Plate:
    """Two flat sheets, `bottom` < `top` along `normal` (3,), that reach beyond what stands on the side of `normal`.

    `points`: which points of the sample lie on it.
    """

    normal: NDArray[np.float64]
    bottom: float
    top: float
    points: NDArray[np.bool_]


def sample_for_plates(mesh: trimesh.Trimesh) -> SurfaceSample:
    return sample_surface(mesh, _POINTS)


def find_plates(sample: SurfaceSample) -> tuple[Plate, ...]:
    """Plates by shape alone: thin, flat, rectangular or round, wider than the rest, all of which is on one side.

    Directions that much of the surface faces are tried. In each, the sheet with most area is looked at together with
    the nearest one below it that faces the other way.
    """
    diagonal = float(np.linalg.norm(np.ptp(sample.points, axis=0)))
    found: list[Plate] = []
    for normal in _flat_directions(sample.normals):
        if all(abs(float(normal @ plate.normal)) < _FLAT for plate in found):
            plate = _look(sample, normal, diagonal)
            if plate is not None:
                found.append(plate)
    return tuple(found)


def stands_behind(plate: Plate, towards_camera: NDArray[np.float64]) -> bool:
    """Whether a plate is square to the only view and behind the object; `towards_camera` (3,) of length one."""
    return float(plate.normal @ towards_camera) > _VIEWED


def cut_off(mesh: trimesh.Trimesh, plate: Plate) -> trimesh.Trimesh:
    """What stands on the plate, closed flat where it was cut; colours are lost.

    Raises:
        OpenMesh: The mesh does not enclose a volume.
    """
    clearance = _CLEARANCE * float(np.linalg.norm(mesh.extents))
    return from_manifold(to_manifold(mesh).trim_by_plane(tuple(plate.normal), plate.top + clearance))


def _flat_directions(normals: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """The mean normals of what faces the directions that most of the surface faces."""
    candidates = _spread(_DIRECTIONS)
    counts = np.array([np.count_nonzero(_dot(normals, direction) > _ALONG) for direction in candidates])
    order = np.argsort(-counts, kind="stable")[:_TRIED]
    means = []
    for number in order[counts[order] >= _LEAST_AREA * len(normals)]:
        mean = normals[_dot(normals, candidates[number]) > _ALONG].mean(axis=0)
        means.append(mean / np.linalg.norm(mean))
    return means


def _look(sample: SurfaceSample, normal: NDArray[np.float64], diagonal: float) -> Plate | None:
    """The plate whose one side faces `normal`, with everything else on that side or on the other."""
    height, facing = _dot(sample.points, normal), _dot(sample.normals, normal)
    upper = _largest_sheet(height, facing > _FLAT, diagonal)
    lower = [
        level
        for level in _sheets(height, facing < -_FLAT, diagonal)
        if upper is not None and 0 < upper - level < _THICKEST * diagonal
    ]
    if upper is None or not lower:
        return None
    level = max(lower)
    on_upper = (facing > _FLAT) & (np.abs(height - upper) < _SHEET * diagonal)
    on_lower = (facing < -_FLAT) & (np.abs(height - level) < _SHEET * diagonal)
    slab = (height < upper + _BIN * diagonal) & (height > level - _BIN * diagonal)
    enough = min(on_upper.mean(), on_lower.mean()) >= _LEAST_AREA and (~slab).mean() >= _LEAST_REST
    if not enough or not _is_wide(sample.points, normal, on_upper | on_lower, ~slab, diagonal):
        return None
    above = float((height[~slab] > upper).mean())
    if above > _LEAST_SIDE:
        return Plate(normal, level, upper, slab)
    return Plate(-normal, -upper, -level, slab) if 1 - above > _LEAST_SIDE else None


def _sheets(height: NDArray[np.float64], chosen: NDArray[np.bool_], diagonal: float) -> list[float]:
    """Heights at which at least half as much lies as at the one with most."""
    if not chosen.any():
        return []
    step = _BIN * diagonal
    bins = ((height - height.min()) / step).astype(np.int64)
    counts = np.bincount(bins[chosen], minlength=int(bins.max()) + 1)
    return [float(np.median(height[chosen & (bins == b)])) for b in np.flatnonzero(counts > counts.max() / 2)]


def _largest_sheet(height: NDArray[np.float64], chosen: NDArray[np.bool_], diagonal: float) -> float | None:
    if not chosen.any():
        return None
    bins = ((height - height.min()) / (_BIN * diagonal)).astype(np.int64)
    return float(np.median(height[chosen & (bins == np.argmax(np.bincount(bins[chosen])))]))


def _is_wide(
    points: NDArray[np.float64],
    normal: NDArray[np.float64],
    on_plate: NDArray[np.bool_],
    rest: NDArray[np.bool_],
    diagonal: float,
) -> bool:
    """Whether the plate fills its outline, and its outline is larger than that of the rest."""
    first = np.asarray(np.cross(normal, np.eye(3)[int(np.argmin(np.abs(normal)))]), np.float64)
    first /= np.linalg.norm(first)
    second = np.asarray(np.cross(normal, first), np.float64)
    across = np.column_stack([_dot(points, first), _dot(points, second)]).astype(np.float32)
    outline, around = (float(cv2.contourArea(cv2.convexHull(across[some]))) for some in (on_plate, rest))
    cell = _CELL * diagonal
    filled = len(np.unique(np.floor(across[on_plate] / cell).astype(np.int64), axis=0)) * cell**2
    return filled > _LEAST_FILL * outline and outline > _LEAST_COVER * around


def _spread(count: int) -> NDArray[np.float64]:
    """Directions (count, 3), evenly over the sphere: a Fibonacci lattice."""
    index = np.arange(count) + 0.5
    polar, turn = np.arccos(1 - 2 * index / count), np.pi * (1 + 5**0.5) * index
    return np.column_stack([np.cos(turn) * np.sin(polar), np.sin(turn) * np.sin(polar), np.cos(polar)])


def _dot(vectors: NDArray[np.float64], direction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Written out, not as a matrix product: the result does not depend on how a BLAS splits its work."""
    return vectors[:, 0] * direction[0] + vectors[:, 1] * direction[1] + vectors[:, 2] * direction[2]
