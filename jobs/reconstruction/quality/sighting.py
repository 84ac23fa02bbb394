"""Which points of a surface each photo shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.morphology import inset
from jobs.reconstruction.quality.surface_sample import SurfaceSample

_FLATTEST = 0.3
"""Cosine below which a photo shows a point too slanted to tell its colour."""
_HIDDEN_BEHIND = 0.005
"""Of the sample's extent."""
_RIM_PX = 7
"""Twice its width, and one."""


@dataclass(frozen=True)
class Sighting:
    """`index` (n,) of the points that a view shows, `row`, `column` (n,) of their pixels, `cosine` (n,).

    `inner` (n,): not at the silhouette's rim, where colours mix and outlines may be a little off.
    """

    index: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    cosine: NDArray[np.float64]
    inner: NDArray[np.bool_]

    @property
    def inside(self) -> Sighting:
        """Only what is not at the rim."""
        at = self.inner
        return Sighting(self.index[at], self.row[at], self.column[at], self.cosine[at], at[at])


def sight_points(caster: RayCaster, sample: SurfaceSample, views: Sequence[View]) -> tuple[Sighting, ...]:
    """One for each view."""
    slack = _HIDDEN_BEHIND * float(np.linalg.norm(np.ptp(sample.points, axis=0)))
    return tuple(map_in_threads(lambda view: _sight(caster, sample, view, slack), views))


def count_sightings(sightings: Sequence[Sighting], points: int) -> NDArray[np.int64]:
    """(points,): how many views show each."""
    count = np.zeros(points, np.int64)
    for sighting in sightings:
        count[sighting.index] += 1
    return count


def _sight(caster: RayCaster, sample: SurfaceSample, view: View, slack: float) -> Sighting:
    height, width = view.mask.shape
    towards = view.camera.position - sample.points
    cosine = np.einsum("ij,ij->i", towards, sample.normals) / np.maximum(np.linalg.norm(towards, axis=1), 1e-12)
    u, v, depth = view.camera.project(sample.points)
    index = np.flatnonzero((cosine > _FLATTEST) & (depth > 0) & (u >= 0) & (v >= 0) & (u < width) & (v < height))
    index = index[view.mask[v[index].astype(np.int64), u[index].astype(np.int64)]]
    index = index[depth[index] < caster.reach(view.camera, u[index], v[index]) + slack]
    row, column = v[index].astype(np.int64), u[index].astype(np.int64)
    return Sighting(index, row, column, cosine[index], inset(view.mask, _RIM_PX)[row, column])
