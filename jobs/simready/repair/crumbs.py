"""Specks that float beside a thing, as scanners leave them in the air."""

from __future__ import annotations

import numpy as np

from jobs.contracts.repair import RepairSettings
from jobs.geometry.distance import compute_distances
from jobs.simready.repair.surface import Changes, Edges, Surface, told


def drop_crumbs(surface: Surface, settings: RepairSettings) -> tuple[Surface, Changes]:
    """Leave out closed surfaces far smaller than the largest one that touch nothing."""
    if not len(surface.faces):
        return surface, ()
    edges = Edges.of(surface.faces)
    label = edges.group_faces(np.ones(len(edges.ends), bool))
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    corners_m = surface.corners_m[order]
    low_m = np.minimum.reduceat(corners_m.min(axis=1), starts)
    high_m = np.maximum.reduceat(corners_m.max(axis=1), starts)
    sizes_m = np.linalg.norm(high_m - low_m, axis=1)
    is_open = np.bincount(label, weights=(edges.count[edges.of_face] != 2).any(axis=1)) > 0
    small = sizes_m < settings.max_crumb_size * sizes_m.max(initial=0)
    crumbs = np.flatnonzero(small & ~is_open)
    if len(crumbs):
        rest = surface.with_faces(surface.faces[~small[label]]).as_mesh()
        middles_m = (low_m[crumbs] + high_m[crumbs]) / 2
        crumbs = crumbs[compute_distances(middles_m, rest) > sizes_m[crumbs]]
    if not len(crumbs):
        return surface, ()
    kept = surface.with_faces(surface.faces[~np.isin(label, crumbs)])
    return kept, told("left out {} crumbs", len(crumbs))
