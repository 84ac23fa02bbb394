"""Closing small holes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.simready import RepairSettings


def fill_holes(
    vertices_m: NDArray[np.float64], faces: NDArray[np.int64], settings: RepairSettings
) -> tuple[NDArray[np.int64], int]:
    """Fan a lid over each simple boundary loop that is short and narrow. No vertex is added.

    Args:
        vertices_m: (n, 3)
        faces: (m, 3), consistently wound.
        settings: How long and wide a hole may be.

    Returns:
        Faces with the lids, and how many holes were closed.
    """
    limit_m = settings.max_hole_width * float(np.linalg.norm(np.ptp(vertices_m, axis=0))) if len(vertices_m) else 0.0
    lids, filled = [faces], 0
    for loop in _boundary_loops(faces):
        narrow = float(np.linalg.norm(np.ptp(vertices_m[loop], axis=0))) <= limit_m
        if narrow and 3 <= len(loop) <= settings.max_hole_edges:
            lids.append(_fan(vertices_m, np.array(loop)))
            filled += 1
    return np.concatenate(lids), filled


def _boundary_loops(faces: NDArray[np.int64]) -> list[list[int]]:
    """Closed walks along edges without a face on the other side, against the winding of the faces there.

    A vertex at which several boundaries meet is ambiguous; loops through it are left out.
    """
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    width = int(faces.max()) + 1 if len(faces) else 1
    alone = ~np.isin(edges @ (width, 1), edges @ (1, width))
    following: dict[int, list[int]] = {}
    for a, b in sorted(set(map(tuple, edges[alone].tolist()))):
        following.setdefault(b, []).append(a)
    loops, seen = [], set[int]()
    for start in following:
        loop, at = [], start
        while at not in seen and len(following.get(at, ())) == 1:
            seen.add(at)
            loop.append(at)
            at = following[at][0]
        if loop and at == start:
            loops.append(loop)
    return loops


def _fan(vertices_m: NDArray[np.float64], loop: NDArray[np.int64]) -> NDArray[np.int64]:
    """(k - 2, 3) triangles from the corner of the loop whose fan has the least area."""
    best, best_area = np.empty((0, 3), np.int64), np.inf
    for turn in range(len(loop)):
        ring = np.roll(loop, -turn)
        fan = np.stack([np.full(len(ring) - 2, ring[0]), ring[1:-1], ring[2:]], axis=1)
        a, b, c = vertices_m[fan].transpose(1, 0, 2)
        area = float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum())
        if area < best_area:
            best, best_area = fan, area
    return best
