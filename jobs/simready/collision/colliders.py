"""Convex hulls that stand in for an object in collisions; how well they do is measured, not assumed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from manifold3d import Manifold
from numpy.typing import NDArray

from jobs.contracts.manifest import ProviderFailure
from jobs.contracts.simready import ColliderSettings
from jobs.geometry.closed import from_manifold
from jobs.runtime.workspace import Progress
from jobs.simready.appearance.visual import simplify
from jobs.simready.collision.decomposition import METHODS, decompose_convex
from jobs.simready.collision.fit import ColliderFit, measure_fit
from jobs.simready.collision.hulls import limit_vertices, make_hulls
from jobs.simready.collision.primitives import fit_primitive
from jobs.simready.collision.shape import Shape
from jobs.simready.errors import DecompositionFailed

_DECOMPOSITION_FACES = 6000


@dataclass(frozen=True)
class Colliders:
    """The chosen shapes, by which method, and how they fit. `failures`: methods that gave nothing, and why."""

    method: str
    shapes: tuple[Shape, ...]
    fit: ColliderFit
    failures: tuple[ProviderFailure, ...]


def build_colliders(
    solid: Manifold, settings: ColliderSettings, seed: int, scratch: Path, progress: Progress
) -> Colliders:
    """The first of hull, V-HACD, CoACD that fits well enough, else the one of largest volume IoU.

    Args:
        solid: The object [m].
        settings: What fits well enough, and limits.
        seed: Of the sampling and of CoACD.
        scratch: A folder for intermediate files.
        progress: Told which method runs.
    """
    candidates: list[Colliders] = []
    failures: list[ProviderFailure] = []
    for method, points in _attempts(solid, settings, seed, scratch, progress, failures):
        hulls = make_hulls(points)
        if not hulls:
            failures.append(ProviderFailure(provider=method, error="It gave no hull with a volume."))
            continue
        shapes, solids = zip(*(_stand_in(hull, settings) for hull in hulls), strict=True)
        found = Colliders(method, shapes, measure_fit(solid, solids, seed), tuple(failures))
        if found.fit.iou >= settings.accept_iou and found.fit.protrusion <= settings.accept_protrusion:
            return found
        candidates.append(found)
    best = max(candidates, key=lambda candidate: candidate.fit.iou)
    return Colliders(best.method, best.shapes, best.fit, tuple(failures))


def _stand_in(hull: Manifold, settings: ColliderSettings) -> tuple[Shape, Manifold]:
    """What collides in the place of a convex part, and its solid: a primitive like it, else a hull of few vertices."""
    primitive = fit_primitive(hull, settings.primitive_iou)
    if primitive:
        return primitive
    limited = limit_vertices(hull, settings.max_hull_vertices)
    return Shape("hull", from_manifold(limited)), limited


def _attempts(
    solid: Manifold,
    settings: ColliderSettings,
    seed: int,
    scratch: Path,
    progress: Progress,
    failures: list[ProviderFailure],
) -> Iterator[tuple[str, tuple[NDArray[np.float64], ...]]]:
    """Method by method, the vertices of its hulls; a failed one is noted in `failures` and passed over."""
    progress("colliders: hull")
    yield "hull", (np.asarray(from_manifold(solid).vertices, np.float64),)
    coarse = from_manifold(simplify(solid, _DECOMPOSITION_FACES))
    for method, function in METHODS.items():
        progress(f"colliders: {method}")
        try:
            yield method, decompose_convex(function, coarse, settings, seed, scratch)
        except DecompositionFailed as error:
            failures.append(ProviderFailure(provider=method, error=str(error)))
