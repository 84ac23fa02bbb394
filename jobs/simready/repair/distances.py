"""What mending did: how far the mended surface is from the broken one."""

from __future__ import annotations

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.contracts.repair import MeshRepair, RepairSettings, SurfaceDistance
from jobs.geometry.closed import compute_volume_m3, count_open_edges
from jobs.geometry.distance import compute_distances, sample_surface
from jobs.geometry.inside import lie_inside
from jobs.simready.repair.crumbs import drop_crumbs
from jobs.simready.repair.surface import Changes, clean

_VERTICES, _SAMPLES = 2000, 2000
_SEED = 0
"""Of the points that are asked; a measurement is not an experiment of its own."""


def describe_repair(
    source: trimesh.Trimesh, repaired: trimesh.Trimesh, changes: Changes, settings: RepairSettings
) -> MeshRepair:
    """A mesh as it came [m], and the closed one that was made of it [m]."""
    before = drop_crumbs(clean(source)[0], settings)[0].as_mesh()
    return MeshRepair(
        changes=changes,
        faces_before=len(source.faces),
        faces_after=len(repaired.faces),
        volume_before_m3=None if count_open_edges(before) else abs(compute_volume_m3(before)),
        volume_after_m3=compute_volume_m3(repaired),
        diagonal_m=float(np.linalg.norm(np.ptp(np.asarray(before.vertices), axis=0))),
        added=measure_added(before, repaired),
        lost=measure_lost(before, repaired),
    )


def measure_added(before: trimesh.Trimesh, after: trimesh.Trimesh) -> SurfaceDistance:
    """How far the surface after lies from the one before."""
    return summarise(compute_distances(spread_points(after), before))


def measure_lost(before: trimesh.Trimesh, after: trimesh.Trimesh) -> SurfaceDistance:
    """How far the surface before lies outside of the closed one after; zero for what is inside."""
    points_m = spread_points(before)
    distance_m = compute_distances(points_m, after)
    off = np.flatnonzero(distance_m)
    distance_m[off[lie_inside(points_m[off], after)]] = 0
    return summarise(distance_m)


def spread_points(mesh: trimesh.Trimesh) -> NDArray[np.float64]:
    """(n, 3) [m]: vertices, every so many, and points spread over the area."""
    used = np.unique(np.asarray(mesh.faces))
    some = used[:: max(1, len(used) // _VERTICES)]
    return np.concatenate(
        [np.asarray(mesh.vertices)[some], sample_surface(mesh, _SAMPLES, np.random.default_rng(_SEED))[0]]
    )


def summarise(distance_m: NDArray[np.float64]) -> SurfaceDistance:
    """Mean and maximum."""
    return SurfaceDistance(mean_m=float(distance_m.mean()), max_m=float(distance_m.max()))
