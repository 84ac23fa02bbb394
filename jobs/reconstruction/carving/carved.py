"""Views to one closed surface, and what the views say about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import trimesh

from jobs.contracts.reconstruction import CarvingSettings
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.carving.agreement import Agreement, distrust, measure_agreement
from jobs.reconstruction.carving.bounds import find_bounds
from jobs.reconstruction.carving.hull import Box, Volume, hull_field, sample_field
from jobs.reconstruction.carving.solid import make_solid
from jobs.reconstruction.carving.surface import extract_surface, smooth
from jobs.reconstruction.carving.underside import Underside, find_underside
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.errors import CamerasDoNotMatch, TooFewViews, listed
from jobs.runtime.workspace import silent

_PREVIEW_GRID, _PREVIEW_STEP = 96, 3
_FINAL_STEP = 2
"""Every other row and column: a silhouette's share in common is known to a thousandth from a quarter of the pixels."""
_SLENDERNESS, _FINENESS = (1.2, 1.45, 1.75, 2.05), (5 / 6, 1, 1, 7 / 6)
"""Of the grid that was asked for: a slender thing has few samples across and little surface, a compact one much."""
_MATCHING_IOU = 0.75
"""Median agreement below which the cameras are taken to be wrong rather than some silhouettes."""
_NOTHING_IN_COMMON = "the silhouettes have no point in common when seen from these cameras"
Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Hull:
    """`volume`: the field that the silhouettes leave [world units]; `surface`: where it is zero, or what is known to be
    left of that, uncut and as marching cubes made it. `views` carved it; none saw what lies beyond `underside`.
    """

    volume: Volume
    surface: trimesh.Trimesh
    views: tuple[View, ...]
    underside: Underside | None
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Carved:
    """`mesh` [world units], and the `caster` of it. `views` carved it; `agreement` is that of `views`, with the final
    mesh."""

    mesh: trimesh.Trimesh
    caster: RayCaster
    pieces: int
    views: tuple[View, ...]
    agreement: Agreement
    underside: Underside | None
    warnings: tuple[str, ...]


def carve(
    views: Sequence[View], cameras: str, settings: CarvingSettings, told: Told, ground: Underside | None = None
) -> Carved:
    """The hull of the views as a closed solid. Raises: As `find_hull` and `complete`."""
    hull = find_hull(views, cameras, settings, told, ground)
    return complete(hull)


def complete(hull: Hull) -> Carved:
    """Its surface, or what became of it, as a closed solid.

    Raises:
        ProviderFailed: It is open.
    """
    mesh, pieces = make_solid(hull.surface, hull.underside, hull.volume.spacing)
    caster = RayCaster(mesh)
    agreement = measure_agreement(caster, hull.views, _FINAL_STEP)
    return Carved(mesh, caster, pieces, hull.views, agreement, hull.underside, hull.warnings)


def find_hull(
    views: Sequence[View], cameras: str, settings: CarvingSettings, told: Told, ground: Underside | None = None
) -> Hull:
    """Carve coarsely, leave out or distrust the views that contradict the rest, then carve finely.

    `ground`, where it is known, is what the object stands on; otherwise it is looked for.

    Raises:
        CamerasDoNotMatch: The cones have nothing in common, or most views contradict it.
        TooFewViews: Too few are left.
    """
    box = find_bounds([view for view in views if not view.is_cut], settings.doubters)
    if box is None:
        raise CamerasDoNotMatch(cameras, [_NOTHING_IN_COMMON])
    preview = extract_surface(smooth(_sample(views, box, settings.doubters, min(_PREVIEW_GRID, settings.grid), silent)))
    agreement = measure_agreement(None if preview is None else RayCaster(preview), views, _PREVIEW_STEP)
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
    volume = _sample(kept, box, settings.doubters, _choose_grid(box, settings.grid), told)
    surface = extract_surface(smooth(volume))
    if surface is None:
        raise CamerasDoNotMatch(cameras, [_NOTHING_IN_COMMON])
    told("surface", 0, 0)
    underside = ground if ground is not None else find_underside(surface, usable)
    return Hull(volume, surface, kept, underside, _warnings(wrong, suspects, underside))


def _choose_grid(box: Box, grid: int) -> int:
    """Samples along the longest side; more for a slender box, fewer for a compact one."""
    slenderness = float(np.cbrt(box.longest**3 / np.prod(box.high - box.low)))
    return round(grid * float(np.interp(slenderness, _SLENDERNESS, _FINENESS)))


def _sample(views: Sequence[View], box: Box, doubters: int, grid: int, told: Told) -> Volume:
    return sample_field(hull_field(views, doubters), box, grid, lambda done, all_: told("carve", done, all_))


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
        where = "on the ground" if underside.is_known else "where the silhouettes end"
        found.append(f"no photo shows the underside; it was closed flat {where}")
    return tuple(found)
