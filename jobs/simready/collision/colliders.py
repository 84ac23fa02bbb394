"""Convex shapes that stand in for an object in collisions; how well they do is measured, not assumed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from manifold3d import Manifold

from jobs.contracts.manifest import ProviderFailure
from jobs.contracts.simready import ColliderSettings
from jobs.geometry.closed import from_manifold
from jobs.runtime.workspace import Progress
from jobs.simready.appearance.visual import simplify
from jobs.simready.collision.decomposition import METHODS, decompose_convex
from jobs.simready.collision.fit import ColliderFit, measure_fit
from jobs.simready.collision.hulls import limit_vertices, make_hulls, restore_volume, vertices_of
from jobs.simready.collision.primitives import fit_primitive
from jobs.simready.collision.shape import Shape
from jobs.simready.errors import DecompositionEmpty, DecompositionFailed

_DECOMPOSITION_FACES = 3000
_CHEAP = ("hull", "planes")


@dataclass(frozen=True)
class Colliders:
    """The chosen shapes, by which method, and how they fit. `failures`: methods that gave nothing, and why."""

    method: str
    shapes: tuple[Shape, ...]
    fit: ColliderFit
    failures: tuple[ProviderFailure, ...] = ()

    @property
    def vertices(self) -> int:
        """Of all hulls: what contacts cost, roughly. Primitives have none."""
        return sum(len(shape.mesh.vertices) for shape in self.shapes if shape.kind == "hull")


def build_colliders(
    solid: Manifold, settings: ColliderSettings, seed: int, scratch: Path, progress: Progress
) -> Colliders:
    """The first of hull, planes, V-HACD and CoACD that fits well enough, else the best of them (see `_rank`).

    Args:
        solid: The object [m].
        settings: What fits well enough, and limits.
        seed: Of the sampling and of CoACD.
        scratch: A folder for intermediate files.
        progress: Told which method runs.
    """
    found: list[Colliders] = []
    failures: list[ProviderFailure] = []
    for method in ("hull", *METHODS):
        least_iou = settings.accept_iou if method in _CHEAP else settings.resort_iou
        if any(_is_good(colliders.fit, least_iou, settings) for colliders in found):
            continue
        progress(f"colliders: {method}")
        try:
            found.append(_cover(method, solid, settings, seed, scratch))
        except DecompositionFailed as error:
            failures.append(ProviderFailure(provider=method, error=str(error)))
    best = max(found, key=lambda colliders: _rank(colliders, settings))
    return replace(best, failures=tuple(failures))


def _is_good(fit: ColliderFit, least_iou: float, settings: ColliderSettings) -> bool:
    hollow = fit.cavity_filled <= settings.accept_cavity_filled
    return hollow and fit.iou >= least_iou and fit.protrusion <= settings.accept_protrusion


def _rank(colliders: Colliders, settings: ColliderSettings) -> tuple[bool, bool, float]:
    """What leaves cavities open comes first, then what hardly sticks out, then what shares most volume."""
    fit = colliders.fit
    hollow = fit.cavity_filled <= settings.accept_cavity_filled
    return hollow, fit.protrusion <= settings.accept_protrusion, fit.iou


def _cover(method: str, solid: Manifold, settings: ColliderSettings, seed: int, scratch: Path) -> Colliders:
    """Raises: DecompositionFailed: It gave nothing."""
    if method == "hull":
        hulls = make_hulls([vertices_of(solid)])
    else:
        coarse = from_manifold(simplify(solid, _DECOMPOSITION_FACES))
        hulls = make_hulls(decompose_convex(METHODS[method], coarse, settings, seed, scratch))
    if not hulls:
        raise DecompositionEmpty(method)
    pairs = [_stand_in(hull, settings) for hull in hulls]
    fit = measure_fit(solid, [collider for _, collider in pairs], seed)
    shapes = tuple(shape for shape, _ in pairs)
    return Colliders("primitive" if _is_primitive(shapes) else method, shapes, fit)


def _is_primitive(shapes: Iterable[Shape]) -> bool:
    return [shape.kind == "hull" for shape in shapes] == [False]


def _stand_in(hull: Manifold, settings: ColliderSettings) -> tuple[Shape, Manifold]:
    """What collides in the place of a convex part, and its solid: a primitive like it, else a hull of few vertices."""
    primitive = fit_primitive(hull, settings.primitive_iou)
    if primitive:
        return primitive
    collider = restore_volume(limit_vertices(hull, settings.max_hull_vertices), hull)
    return Shape("hull", from_manifold(collider)), collider
