"""Whether the photos agree on what the surface looks like. Where the surface is wrong, each shows another place.

A hollow that silhouettes cannot see is found here: seen from two sides, one point of its lid shows two places inside.
Exposure and light are taken out first: to each photo belongs a smooth function of the direction that a surface faces.

Source: Ramamoorthi, Hanrahan 2001, "An efficient representation for irradiance environment maps" (nine spherical
harmonics hold 99 % of what diffuse light does).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.carving.view import View
from jobs.reconstruction.quality.sighting import Sighting, count_sightings
from jobs.reconstruction.quality.surface_sample import SurfaceSample

_LEAST_VIEWS = 3
_LEAST_POINTS = 60
_NOISE = 12.0
"""Grey levels added before the logarithm, so that noise in the dark weighs no more than elsewhere."""
_BLUR_PX = 1.0
_ROUNDS = 4
_RIDGE = 1e-3
_CONTRADICTING = 0.03
"""Mean error of a point, of full brightness. Scanned objects: 0-3 % of the true surface lie above, 34 % of a bowl's
hull and 50 % of a pan's."""


@dataclass(frozen=True)
class Photometric:
    """Errors as parts of full brightness, of what nothing else confirms.

    `errors`: mean over the points that each view shows; None where it shows too few. `contradicted`: share of the
    surface where photos disagree; None if too little is shown three times.
    """

    errors: tuple[float | None, ...]
    contradicted: float | None

    @property
    def mean(self) -> float | None:
        known = [error for error in self.errors if error is not None]
        return float(np.mean(known)) if known else None


def measure_photometric(
    sample: SurfaceSample,
    views: Sequence[View],
    sightings: Sequence[Sighting],
    confirmed: NDArray[np.bool_] | None = None,
) -> Photometric:
    """Re-render the points with their mean brightness over all views, in each view's light, and compare.

    Args:
        confirmed: (n,) where the surface is known to be right: if its looks differ there, it shines.
    """
    points, sightings = len(sample.points), [sighting.inside for sighting in sightings]
    usable = count_sightings(sightings, points) >= _LEAST_VIEWS
    if np.count_nonzero(usable) < _LEAST_POINTS:
        return Photometric(tuple(None for _ in views), None)
    seen = [_read(view, sighting) for view, sighting in zip(views, sightings, strict=True)]
    basis = _harmonics(sample.normals)
    lights = [np.zeros(basis.shape[1]) for _ in views]
    mean = np.zeros(points)
    for round_ in range(_ROUNDS):
        mean = _average(points, sightings, seen, basis, lights)
        for number, sighting in enumerate(sightings):
            some = usable[sighting.index]
            if np.count_nonzero(some) >= _LEAST_POINTS:
                index = sighting.index[some]
                lights[number] = _fit(basis[index], seen[number][some] - mean[index], lights[number], round_ > 0)
    judged = usable if confirmed is None else usable & ~confirmed
    total, count = np.zeros(points), np.zeros(points)
    errors: list[float | None] = []
    for sighting, brightness, light in zip(sightings, seen, lights, strict=True):
        some = judged[sighting.index]
        index = sighting.index[some]
        error = np.abs(np.exp(brightness[some]) - np.exp(mean[index] + _dot(basis[index], light))) / 255
        total[index] += error
        count[index] += 1
        errors.append(float(error.mean()) if len(error) >= _LEAST_POINTS else None)
    contradicted = np.count_nonzero(total[judged] / count[judged] > _CONTRADICTING)
    return Photometric(tuple(errors), float(contradicted / np.count_nonzero(usable)))


def _read(view: View, sighting: Sighting) -> NDArray[np.float64]:
    """Logarithm of the brightness at each point."""
    grey = cv2.GaussianBlur(cv2.cvtColor(view.shot.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), _BLUR_PX)
    return np.log(grey[sighting.row, sighting.column] + _NOISE)


def _average(
    points: int,
    sightings: Sequence[Sighting],
    seen: Sequence[NDArray[np.float64]],
    basis: NDArray[np.float64],
    lights: Sequence[NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Mean over the views, without their light; views that look squarely count more."""
    total, weight = np.zeros(points), np.zeros(points)
    for sighting, brightness, light in zip(sightings, seen, lights, strict=True):
        total[sighting.index] += sighting.cosine * (brightness - _dot(basis[sighting.index], light))
        weight[sighting.index] += sighting.cosine
    return total / np.maximum(weight, 1e-12)


def _fit(
    basis: NDArray[np.float64], wanted: NDArray[np.float64], before: NDArray[np.float64], robust: bool
) -> NDArray[np.float64]:
    """Least squares with a ridge; later rounds weigh by what the last fit left over, so that outliers do not count."""
    weight = np.ones(len(wanted))
    if robust:
        left = np.abs(wanted - _dot(basis, before))
        weight = 1 / np.maximum(left, np.median(left) + _RIDGE)
    weighted = basis * weight[:, None]
    normal = np.einsum("ij,ik->jk", weighted, basis) + _RIDGE * weight.sum() * np.eye(basis.shape[1])
    return np.linalg.solve(normal, np.einsum("ij,i->j", weighted, wanted))


def _harmonics(normals: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 9) real spherical harmonics up to order two, not normalised."""
    x, y, z = normals.T
    return np.column_stack([np.ones_like(x), x, y, z, x * y, y * z, x * z, x * x - y * y, 3 * z * z - 1])


def _dot(basis: NDArray[np.float64], light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Written out, not as a matrix product: the result does not depend on how a BLAS splits its work."""
    return np.einsum("ij,j->i", basis, light)
