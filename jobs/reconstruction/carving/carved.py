"""Views to one closed surface, and what the views say about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import manifold3d
import trimesh

from jobs.contracts.reconstruction import CarvingSettings
from jobs.geometry.closed import from_manifold, to_manifold
from jobs.geometry.errors import OpenMesh
from jobs.reconstruction.carving.agreement import Agreement, distrust, measure_agreement
from jobs.reconstruction.carving.bounds import find_bounds
from jobs.reconstruction.carving.hull import Box, hull_field, sample_field
from jobs.reconstruction.carving.surface import extract_surface, keep_large_pieces, simplify
from jobs.reconstruction.carving.underside import Underside, find_underside
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.errors import CamerasDoNotMatch, ProviderFailed, TooFewViews, listed

_MOST_FACES = 60_000
_PREVIEW_GRID, _PREVIEW_STEP = 96, 2
_MATCHING_IOU = 0.75
"""Median agreement below which the cameras are taken to be wrong rather than some silhouettes."""
_NOTHING_IN_COMMON = "the silhouettes have no point in common when seen from these cameras"
Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Carved:
    """`mesh` [world units]. `views` carved it; `agreement` is that of `views`, with the final mesh."""

    mesh: trimesh.Trimesh
    pieces: int
    views: tuple[View, ...]
    agreement: Agreement
    underside: Underside | None
    warnings: tuple[str, ...]


def carve(views: Sequence[View], cameras: str, settings: CarvingSettings, told: Told) -> Carved:
    """Carve coarsely, leave out or distrust the views that contradict the rest, then carve finely.

    Raises:
        CamerasDoNotMatch: The cones have nothing in common, or most views contradict it.
        TooFewViews: Too few are left.
        ProviderFailed: The surface came out open.
    """
    box = find_bounds([view for view in views if not view.is_cut], settings.doubters)
    if box is None:
        raise CamerasDoNotMatch(cameras, [_NOTHING_IN_COMMON])
    preview = _hull(views, box, settings.doubters, min(_PREVIEW_GRID, settings.grid), _quiet)
    agreement = measure_agreement(preview, views, _PREVIEW_STEP)
    if preview is None or agreement.median() < _MATCHING_IOU:
        raise CamerasDoNotMatch(cameras, [_mismatch(agreement)])
    wrong, suspects = agreement.contradicting(views), agreement.suspicious(views)
    kept = distrust([view for view in views if view not in wrong], suspects)
    usable = [view for view in kept if not view.is_cut]
    if len(usable) < settings.min_views:
        cut = [view.name for view in kept if view.is_cut]
        raise TooFewViews(len(usable), settings.min_views, cut, [view.name for view in wrong])
    if wrong:
        box = find_bounds(usable, settings.doubters) or box
    surface = _hull(kept, box, settings.doubters, settings.grid, told)
    if surface is None:
        raise CamerasDoNotMatch(cameras, [_NOTHING_IN_COMMON])
    told("surface", 0, 0)
    solid, _ = keep_large_pieces(_to_solid(surface))
    underside = find_underside(from_manifold(solid), usable)
    if underside is not None:
        solid = solid.trim_by_plane(tuple(underside.normal), underside.offset)
    solid, pieces = keep_large_pieces(simplify(solid, _voxel(solid, settings.grid), _MOST_FACES))
    mesh = from_manifold(solid)
    return Carved(mesh, pieces, kept, measure_agreement(mesh, kept), underside, _warnings(wrong, suspects, underside))


def _hull(views: Sequence[View], box: Box, doubters: int, grid: int, told: Told) -> trimesh.Trimesh | None:
    volume = sample_field(hull_field(views, doubters), box, grid, lambda done, all_: told("carve", done, all_))
    return extract_surface(volume)


def _to_solid(surface: trimesh.Trimesh) -> manifold3d.Manifold:
    """Raises: ProviderFailed: Marching cubes left it open, which is no fault of the photos."""
    try:
        return to_manifold(surface, "the carved surface")
    except OpenMesh as error:
        raise ProviderFailed("visual_hull", str(error)) from error


def _voxel(solid: manifold3d.Manifold, grid: int) -> float:
    low, high = solid.bounding_box()[:3], solid.bounding_box()[3:]
    return max(b - a for a, b in zip(low, high, strict=True)) / grid


def _mismatch(agreement: Agreement) -> str:
    if not any(agreement.ious):
        return _NOTHING_IN_COMMON
    return (
        f"seen from these cameras, the silhouettes contradict each other (median overlap {agreement.median():.2f} "
        f"where at least {_MATCHING_IOU} is expected)"
    )


def _warnings(wrong: Sequence[View], suspects: Sequence[View], underside: Underside | None) -> tuple[str, ...]:
    found = []
    if wrong:
        found.append(f"left out, their silhouettes contradict the other views: {listed(view.name for view in wrong)}")
    if suspects:
        names = listed(view.name for view in suspects)
        found.append(f"their silhouettes agree less than the others and do not carve alone: {names}")
    if underside is not None:
        found.append("no photo shows the underside; it was closed flat where the silhouettes end")
    return tuple(found)


def _quiet(step: str, done: int, total: int) -> None:
    """Told, says nothing."""
