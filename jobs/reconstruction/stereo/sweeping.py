"""Every photo matched against its neighbours, near a surface that is already known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.stereo.consistency import keep_confirmed
from jobs.reconstruction.stereo.infilling import fill_hollows
from jobs.reconstruction.stereo.kernel import DepthMap, Plane, SweepKernel, SweepTask
from jobs.reconstruction.stereo.neighbours import count_needed, find_neighbours
from jobs.reconstruction.stereo.photo import Photo

_TYPICAL_SINE = 0.31
"""Of the angle of 18 degrees that neighbours are chosen near to."""
_CONFIRMING = 6
_DEEPEST = 0.995
_MOST_STEPS = 96


@dataclass(frozen=True)
class SweepRule:
    """`object_px`: side of a square as large as the object's median silhouette, which sets the photos' scale.

    Depths are tried from `before` steps in front of the surface to `behind` steps behind it, or to where the ray leaves
    the surface if that is None. A step is `disparity_px` in a typical neighbour.
    `tolerance`: steps by which neighbours that confirm a depth may differ.
    """

    object_px: float
    disparity_px: float
    before: int
    behind: int | None
    tolerance: float
    hollow_steps: float | None = None
    window: int = 7
    sources: int = 4
    least_confidence: float = 0.6
    least_contrast: float = 0.004


@dataclass(frozen=True)
class Sweep:
    """Confirmed `depths` of each photo (h, w) [world units], 0 where there are none; so many photos are `witnesses` of
    one, as a rule: itself and those that confirm it.
    """

    depths: list[Plane]
    witnesses: int


def sweep(photos: Sequence[Photo], surface: RayCaster, kernel: SweepKernel, rule: SweepRule) -> Sweep:
    """Match every photo against its neighbours, near the surface."""
    centre = surface.middle
    neighbours = find_neighbours([photo.camera for photo in photos], centre, _CONFIRMING)
    step = rule.disparity_px * _pixel(photos, centre) / _TYPICAL_SINE

    def match(index: int) -> tuple[Plane, DepthMap]:
        photo, others = photos[index], [photos[other] for other in neighbours[index][: rule.sources]]
        near, far = _range(photo, surface, rule.behind is None)
        reached = photo.mask & np.isfinite(near) & np.isfinite(far)
        if not others or not reached.any():
            nothing = np.zeros(photo.mask.shape, np.float32)
            return near, DepthMap(nothing, nothing)
        return near, kernel.sweep(_task(photo, others, near, far, reached, step, rule))

    fronts, maps = zip(*map_in_threads(match, range(len(photos))), strict=True)
    tolerance = rule.tolerance * step
    depths = keep_confirmed(photos, maps, neighbours, rule.least_confidence, tolerance)
    witnesses = 1 + round(float(np.median([count_needed(some) for some in neighbours])))
    if rule.hollow_steps is None:
        return Sweep(depths, witnesses)
    hollow = rule.hollow_steps * step

    def fill(index: int) -> Plane:
        near = fronts[index]
        return fill_hollows(depths[index], near, photos[index].mask & np.isfinite(near), hollow)

    return Sweep(map_in_threads(fill, range(len(photos))), witnesses)


def _task(
    photo: Photo,
    others: Sequence[Photo],
    near: Plane,
    far: Plane,
    reached: NDArray[np.bool_],
    step: float,
    rule: SweepRule,
) -> SweepTask:
    """What lies beside the surface takes its median depth: it counts for nothing, but the kernel wants a number."""
    start = np.where(reached, near, np.median(near[reached])) - np.float32(rule.before * step)
    if rule.behind is None:
        end = np.where(reached, far, start)
        steps = rule.before + 1 + int(np.ceil(np.quantile(far[reached] - near[reached], _DEEPEST) / step))
    else:
        steps = rule.before + 1 + rule.behind
        end = start + np.float32(steps * step)
    sources = tuple(other.as_source_of(photo) for other in others)
    return SweepTask(
        grey=photo.grey,
        mask=reached,
        near=start.astype(np.float32),
        far=end.astype(np.float32),
        step=step,
        steps=int(np.clip(steps, 3, _MOST_STEPS)),
        sources=sources,
        window=rule.window,
        best=2,
        least_contrast=rule.least_contrast,
    )


def _range(photo: Photo, caster: RayCaster, is_whole: bool) -> tuple[Plane, Plane]:
    """Depth (h, w) at which the rays of the mask's pixels enter the surface, and, if `is_whole` is asked for, at which
    they leave it for good; inf beside it.
    """
    rows, columns = np.nonzero(photo.mask)
    u, v = columns + 0.5, rows + 0.5
    near, far = (np.full(photo.mask.shape, np.inf, np.float32) for _ in range(2))
    near[rows, columns] = caster.reach(photo.camera, u, v)
    far[rows, columns] = caster.leave(photo.camera, u, v) if is_whole else near[rows, columns]
    return near, far


def _pixel(photos: Sequence[Photo], centre: NDArray[np.float64]) -> float:
    """Median size of a pixel at the object [world units]."""
    return float(np.median([np.linalg.norm(p.camera.position - centre) / p.camera.focal_px for p in photos]))
