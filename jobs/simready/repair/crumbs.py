"""Specks that float beside a thing, as scanners leave them in the air."""

from __future__ import annotations

import numpy as np

from jobs.contracts.repair import RepairSettings
from jobs.geometry.closed import count_open_edges
from jobs.geometry.distance import compute_distances
from jobs.simready.repair.surface import Changes, Surface, split_surfaces, told


def drop_crumbs(surface: Surface, settings: RepairSettings) -> tuple[Surface, Changes]:
    """Leave out closed surfaces far smaller than the largest one that touch nothing."""
    surfaces = split_surfaces(surface)
    corners_m = [part.corners_m.reshape(-1, 3) for part in surfaces]
    sizes_m = np.array([float(np.linalg.norm(np.ptp(corners, axis=0))) for corners in corners_m])
    small = sizes_m < settings.max_crumb_size * sizes_m.max(initial=0)
    if not small.any():
        return surface, ()
    rest = np.concatenate([part.faces for part, is_small in zip(surfaces, small, strict=True) if not is_small])
    middles_m = np.array([corners.mean(axis=0) for corners in corners_m])
    apart = np.zeros(len(surfaces), bool)
    apart[small] = compute_distances(middles_m[small], surface.with_faces(rest).as_mesh()) > sizes_m[small]
    kept = [part.faces for part, is_apart in zip(surfaces, apart, strict=True) if not (is_apart and _is_closed(part))]
    crumbs = len(surfaces) - len(kept)
    return (surface.with_faces(np.concatenate(kept)) if crumbs else surface), told("left out {} crumbs", crumbs)


def _is_closed(surface: Surface) -> bool:
    return count_open_edges(surface.as_mesh()) == 0
