"""The last resort: a new surface, from what a grid finds inside the old one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manifold3d import Manifold

from jobs.contracts.repair import RepairSettings
from jobs.geometry.closed import from_manifold, to_manifold
from jobs.geometry.distance import compute_distances
from jobs.runtime.errors import BadInput
from jobs.simready.repair.distances import measure_added, measure_lost
from jobs.simready.repair.marching import find_mixed_nodes, march
from jobs.simready.repair.occupancy import Grid, find_inside
from jobs.simready.repair.surface import Surface

_NEAREST = 1e-3
"""Of a cell: nodes on the surface are moved off it, so that no triangle is without area."""
_SMOOTHED = 0.02
"""Of a cell: how far the surface may move where fewer faces do."""


def rebuild_within(
    surface: Surface, settings: RepairSettings, name: str, refuse: Callable[[str], BadInput]
) -> tuple[Manifold, str]:
    """A solid of all that lies inside a surface, and what was done in words.

    Args:
        surface: As it is.
        settings: How fine, and how far from the old surface the new one may lie.
        name: What errors call it.
        refuse: The error, given why it could not be done.

    Raises:
        BadInput: The one that `refuse` makes.
    """
    if not len(surface.faces):
        raise refuse("no face is left")
    solid = rebuild(surface, settings.rebuild_cells, name)
    return solid, require_near(solid, surface, settings, refuse)


def require_near(solid: Manifold, surface: Surface, settings: RepairSettings, refuse: Callable[[str], BadInput]) -> str:
    """What `rebuild` did in words, if it lies near enough to the old surface.

    Raises:
        BadInput: See `rebuild_within`.
    """
    if solid.is_empty():
        raise refuse(f"a grid of {settings.rebuild_cells} cells finds nothing inside it")
    before, after = surface.as_mesh(), from_manifold(solid)
    off_m = max(measure_added(before, after).max_m, measure_lost(before, after).max_m)
    allowed_m = settings.max_rebuild_distance * surface.diagonal_m
    if off_m > allowed_m:
        raise refuse(f"rebuilt, its surface would lie up to {off_m:.3g} m off, {allowed_m:.3g} m are allowed")
    return f"rebuilt on a grid of {settings.rebuild_cells} cells, up to {off_m:.3g} m off"


def rebuild(surface: Surface, cells: int, name: str) -> Manifold:
    """A solid of all that lies inside a surface, however that is made; empty if nothing does.

    Corners are cut off by up to about half a cell, walls thinner than a cell are lost: the caller measures.

    Args:
        surface: As it is.
        cells: Along the longest side.
        name: What errors call it.
    """
    grid = Grid.about(surface.vertices_m[np.unique(surface.faces)], cells)
    inside = find_inside(surface.corners_m, grid)
    nodes = find_mixed_nodes(inside)
    if not len(nodes):
        return Manifold()
    distance_m = np.ones(grid.shape)
    near_m = compute_distances(grid.place(nodes), surface.as_mesh())
    distance_m[tuple(nodes.T)] = np.maximum(near_m, _NEAREST * grid.cell_m)
    solid = to_manifold(march(grid, inside, distance_m), name)
    return solid.simplify(_SMOOTHED * grid.cell_m)
