"""Small places where a surface passes through itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.repair import RepairSettings
from jobs.simready.repair.crossings import find_crossings
from jobs.simready.repair.holes import fill_holes
from jobs.simready.repair.surface import Changes, Edges, Surface, split_surfaces

_ROUNDS = 8


def cut_out_folds(surface: Surface, settings: RepairSettings) -> tuple[Surface, Changes, bool]:
    """Replace crossing faces and those around them by lids, again and again, where that leaves a closed surface without
    crossings and of about the same area. Otherwise it is left as it is.

    Returns:
        The surface, what was done, and whether it is closed and crosses itself nowhere.

    Source: Attene 2010, "A lightweight approach to repairing digitized polygon meshes".
    """
    bad, first, mended, replaced = _find_bad(surface), 0, surface, 0
    first = len(bad)
    for _ in range(_ROUNDS):
        if not len(bad):
            break
        around = np.isin(mended.faces, mended.faces[bad]).any(axis=1)
        mended, _ = fill_holes(_largest(mended.with_faces(mended.faces[~around])), settings)
        replaced += int(around.sum())
        bad = _find_bad(mended)
    if not first:
        return surface, (), True
    if len(bad) or abs(_area_m2(mended) / _area_m2(surface) - 1) > settings.max_left_out:
        return surface, (), False
    return mended, (f"replaced {replaced} faces about {first} that crossed others",), True


def _find_bad(surface: Surface) -> NDArray[np.int64]:
    """Faces that cross others, or that have an edge which is not one of two faces."""
    edges = Edges.of(surface.faces)
    loose = np.flatnonzero((edges.count[edges.of_face] != 2).any(axis=1))
    return np.union1d(loose, find_crossings(surface.vertices_m, surface.faces))


def _largest(surface: Surface) -> Surface:
    """Its largest part: islands between the places that were cut out are lost."""
    return max(split_surfaces(surface), key=_area_m2, default=surface)


def _area_m2(surface: Surface) -> float:
    return float(surface.areas_m2.sum())
