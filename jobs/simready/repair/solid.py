"""From a triangle soup to one closed, outward oriented solid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import trimesh
from manifold3d import Manifold

from jobs.contracts.repair import RepairSettings
from jobs.geometry.closed import compute_volume_m3, count_open_edges, from_manifold, to_manifold
from jobs.geometry.errors import OpenMesh
from jobs.simready.errors import CrossesItself
from jobs.simready.repair.cracks import close_cracks
from jobs.simready.repair.crossings import find_crossings
from jobs.simready.repair.crumbs import drop_crumbs
from jobs.simready.repair.folds import cut_out_folds
from jobs.simready.repair.holes import fill_holes
from jobs.simready.repair.rebuild import rebuild, rebuild_within, require_near
from jobs.simready.repair.sheets import drop_sheets
from jobs.simready.repair.slivers import collapse_slivers
from jobs.simready.repair.surface import Changes, Surface, clean, split_surfaces, told
from jobs.simready.repair.union import Part, unite
from jobs.simready.repair.winding import make_winding_consistent

_FLAT = 1e-5
_NOTHING = 1e-15


@dataclass(frozen=True)
class RepairedMesh:
    """`solid` and `mesh` are the same closed volume; `changes` says in words what had to be done."""

    solid: Manifold
    mesh: trimesh.Trimesh
    changes: Changes


def repair(mesh: trimesh.Trimesh, settings: RepairSettings, name: str) -> RepairedMesh:
    """Make one solid of a mesh.

    Args:
        mesh: Vertices [m], object frame; colours are ignored.
        settings: What may be mended.
        name: What errors call it.

    Raises:
        OpenMesh: It encloses no volume, even mended.
        CrossesItself: What it encloses cannot be said.
    """
    surface, cleaning = clean(mesh)
    surface, mending = _mend(surface, settings)
    surface, crumbs = drop_crumbs(surface, settings)
    solid, uniting = _fill(surface, settings, name)
    _require_thickness(solid, name)
    solid, slivers = collapse_slivers(solid, settings)
    return RepairedMesh(solid, from_manifold(solid), (*cleaning, *mending, *crumbs, *uniting, *slivers))


def _mend(surface: Surface, settings: RepairSettings) -> tuple[Surface, Changes]:
    """Join borders, drop what parts nothing, turn neighbours alike, close holes."""
    surface, cracks = close_cracks(surface, settings)
    surface, sheets = drop_sheets(surface, settings)
    surface, turned = make_winding_consistent(surface)
    surface, holes = fill_holes(surface, settings)
    return surface, (*cracks, *sheets, *turned, *holes)


def _fill(surface: Surface, settings: RepairSettings, name: str) -> tuple[Manifold, Changes]:
    """What a surface encloses.

    Raises:
        OpenMesh, CrossesItself: See `repair`.
    """
    surfaces = split_surfaces(surface)
    open_edges = [count_open_edges(part.as_mesh()) for part in surfaces]
    closed = [part for part, edges in zip(surfaces, open_edges, strict=True) if not edges and not _is_empty(part)]
    open_m2 = sum(float(part.areas_m2.sum()) for part, edges in zip(surfaces, open_edges, strict=True) if edges)
    if not closed or open_m2 > settings.max_left_out * float(surface.areas_m2.sum()):
        refuse = partial(OpenMesh, name, sum(open_edges))
        solid, rebuilding = rebuild_within(surface, settings, name, refuse)
        return solid, (f"{sum(open_edges)} edges stayed open: {rebuilding}",)
    parts = [_make_part(part, settings, name) for part in closed]
    solid, uniting = unite([part for part, _ in parts])
    changes = (change for _, changes in parts for change in changes)
    return solid, (*told("left out {} open surfaces", len(surfaces) - len(closed)), *changes, *uniting)


def _make_part(surface: Surface, settings: RepairSettings, name: str) -> tuple[Part, Changes]:
    """A closed surface as a solid, and whether it was inside out.

    Where it crosses itself, what it encloses is said by a rebuilt surface. If that is as much as the surface itself
    encloses, the crossings are folds next to nothing deep, and the surface, which is finer, stays.

    Raises:
        CrossesItself: Even rebuilt.
    """
    surface, changes, is_sound = cut_out_folds(surface, settings)
    volume_m3 = compute_volume_m3(surface.as_mesh())
    crossings = 0 if is_sound else len(find_crossings(surface.vertices_m, surface.faces))
    outward = surface.with_faces(surface.faces[:, ::-1]) if volume_m3 < 0 else surface
    if not crossings:
        return (to_manifold(outward.as_mesh(), name), volume_m3 < 0), changes
    rebuilt = rebuild(surface, settings.rebuild_cells, name)
    folded = abs(rebuilt.volume() / abs(volume_m3) - 1) if volume_m3 else np.inf
    if folded > settings.max_folded_volume:
        rebuilding = require_near(rebuilt, surface, settings, partial(CrossesItself, name, crossings))
        return (rebuilt, volume_m3 < 0), (*changes, f"{crossings} pairs of faces crossed each other: {rebuilding}")
    left = f"left {crossings} pairs of faces that cross in folds: rebuilt, its volume differs by {100 * folded:.2g} %"
    return (to_manifold(outward.as_mesh(), name), volume_m3 < 0), (*changes, left)


def _is_empty(surface: Surface) -> bool:
    """Whether it encloses nothing: a sheet and its own back."""
    return abs(compute_volume_m3(surface.as_mesh())) <= _NOTHING * surface.diagonal_m**3


def _require_thickness(solid: Manifold, name: str) -> None:
    """Raises: OpenMesh: It is as good as flat, so neither its hulls nor its inertia mean anything."""
    low, high = np.array(solid.bounding_box()).reshape(2, 3)
    mean_thickness_m = 2 * solid.volume() / max(solid.surface_area(), np.finfo(float).tiny)
    if mean_thickness_m <= _FLAT * float(np.linalg.norm(high - low)):
        raise OpenMesh(name, 0, f"its volume is {solid.volume():.3g} m^3")
