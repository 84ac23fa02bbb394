"""Two objects where one was asked for."""

from __future__ import annotations

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.geometry.glb_file import vertex_colours
from jobs.reconstruction.errors import SeveralObjects
from jobs.reconstruction.quality.bodies import find_bodies
from jobs.reconstruction.quality.surface_sample import sample_surface

_POINTS = 4000
_LIGHTNESS = 0.5
"""Weight of lightness beside hue: one side of a thing is often in the shade."""
_DIFFERENT = 25.0
"""Distance in Lab between what two bodies look like in the median."""
_MIXED = 0.2
"""Share of one body that looks rather like the other: a pattern that goes over both is one object's."""


def require_one_object(mesh: trimesh.Trimesh, name: str) -> None:
    """Large pieces that hang apart, or bodies of clearly different colours that a neck joins, are two objects.

    A closed mesh with colours.

    Raises:
        SeveralObjects: Two were found.
        OpenMesh: The mesh does not enclose a volume.
    """
    bodies = find_bodies(mesh)
    if bodies is None:
        return
    if bodies.neck == 0:
        raise SeveralObjects(name, "two separate pieces")
    colours = vertex_colours(mesh)
    if colours is None:
        return
    from skimage.color import rgb2lab  # a tenth of a second to import, and seldom needed

    sample = sample_surface(mesh, _POINTS)
    corner = np.asarray(mesh.faces)[sample.face, 0]
    lab = rgb2lab(colours[corner, :3] / 255.0) * (_LIGHTNESS, 1, 1)
    if _look_different(lab, bodies.part[corner]):
        seen = f"two bodies of different colours, joined by a neck {bodies.neck:.0%} as thick as the thinner one"
        raise SeveralObjects(name, seen)


def _look_different(lab: NDArray[np.float64], part: NDArray[np.int64]) -> bool:
    """Whether two bodies differ in colour, each as a whole."""
    middles = np.array([np.median(lab[part == number], axis=0) for number in (0, 1)])
    distance = float(np.linalg.norm(middles[0] - middles[1]))
    nearer = np.argmin(np.linalg.norm(lab[:, None] - middles, axis=2), axis=1)
    mixed = max(float((nearer[part == number] != number).mean()) for number in (0, 1))
    return distance > _DIFFERENT and mixed < _MIXED
