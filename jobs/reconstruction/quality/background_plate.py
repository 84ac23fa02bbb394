"""Plates that look like the background of the photos, and the mesh without them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.reconstruction.carving.view import View
from jobs.reconstruction.quality.plate import Plate, cut_off, find_plates, sample_for_plates

_ALIKE = 30.0
"""Distance in sRGB bytes between a plate and the background that it is taken for."""
_MOSTLY, _SELDOM = 0.7, 0.3
"""Share of the plate that must look like background, and of the rest that may."""


def cut_background_plates(
    mesh: trimesh.Trimesh, colours: NDArray[np.uint8], views: Sequence[View]
) -> tuple[trimesh.Trimesh, int]:
    """The mesh without plates that are background, and how many were cut; the same mesh if there were none.

    Args:
        mesh: Closed.
        colours: (n, 4) of its vertices.
    """
    sample = sample_for_plates(mesh)
    plates = find_plates(sample)
    if not plates:
        return mesh, 0
    seen = colours[np.asarray(mesh.faces)[sample.face], :3].astype(np.float64).mean(axis=1)
    background = np.median([_background(view) for view in views], axis=0)
    false = [plate for plate in plates if _is_background(plate, np.linalg.norm(seen - background, axis=1))]
    for plate in false:
        mesh = cut_off(mesh, plate)
    return mesh, len(false)


def _is_background(plate: Plate, distance: NDArray[np.float64]) -> bool:
    alike = distance < _ALIKE
    return bool(alike[plate.points].mean() > _MOSTLY and alike[~plate.points].mean() < _SELDOM)


def _background(view: View) -> NDArray[np.float64]:
    """(3,) median colour outside the silhouette."""
    return np.median(view.shot.rgb[::4, ::4][~view.mask[::4, ::4]], axis=0)
