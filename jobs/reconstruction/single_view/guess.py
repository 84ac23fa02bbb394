"""From the one object of a picture to a coloured solid of unknown size."""

from __future__ import annotations

from dataclasses import dataclass

import manifold3d
import numpy as np
import trimesh
from trimesh.visual import ColorVisuals

from jobs.geometry.closed import from_manifold
from jobs.reconstruction.single_view.painting import compute_mirrored_colours
from jobs.reconstruction.single_view.projection import Projection
from jobs.reconstruction.single_view.solids import inflate, turn
from jobs.reconstruction.single_view.subject import Subject
from jobs.reconstruction.single_view.symmetry import find_axis, turn_upright
from jobs.reconstruction.single_view.turned import fit_turned

_ROUND = 0.965
"""Overlap of the outline with that of a solid of revolution from which on it is taken for one: cans, bottles and bowls
have 0.966 to 0.993 in pictures from 8 to 35 degrees, boxes, tools and animals less, but for a few boxes seen from the
front."""


@dataclass(frozen=True)
class Guess:
    """`mesh`: x to the right, y away from the viewer, Z up, standing on z = 0, in pixels. `assumed`: in words."""

    mesh: trimesh.Trimesh
    assumed: str


def guess_shape(subject: Subject) -> Guess:
    """Turned about an axis if the outline allows it, otherwise inflated.

    Raises:
        ProviderFailed: See `inflate`.
    """
    axis = find_axis(subject.mask)
    upright = turn_upright(subject, axis)
    turned = fit_turned(upright.mask)
    if turned.overlap >= _ROUND:
        seen = turned.projection.elevations_deg.mean()
        mesh = _paint(turn(turned), upright, turned.projection)
        if not axis.is_upright:
            return Guess(_lay_down(mesh, axis.tilt_deg), "lying, and round about the axis of its outline")
        return Guess(mesh, f"round about the upright axis of its outline, seen from {seen:.0f} degrees above")
    return Guess(_inflate(subject), "as deep as its outline is wide at each place, alike in front and behind")


def _inflate(subject: Subject) -> trimesh.Trimesh:
    height, width = subject.mask.shape
    from_the_front = Projection(np.array([0.0, height]), np.array([height, 0.0]), np.ones(2), np.zeros(2), width / 2)
    return _stand(_paint(inflate(subject.mask), subject, from_the_front))


def _paint(solid: manifold3d.Manifold, subject: Subject, projection: Projection) -> trimesh.Trimesh:
    mesh = from_manifold(solid)
    colours = compute_mirrored_colours(np.asarray(mesh.vertices, np.float64), subject, projection)
    mesh.visual = ColorVisuals(mesh, vertex_colors=colours)
    return mesh


def _lay_down(mesh: trimesh.Trimesh, tilt_deg: float) -> trimesh.Trimesh:
    """Turned in the picture's plane until the axis is level, its upper end on the side where the picture has it."""
    side = 1.0 if tilt_deg > 0 else -1.0
    return _stand(mesh.apply_transform(trimesh.transformations.rotation_matrix(side * np.pi / 2, (0, 1, 0))))


def _stand(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    """On z = 0, its bounding box over the origin."""
    low, high = mesh.bounds
    return mesh.apply_translation(-np.array([*(low + high)[:2] / 2, low[2]]))
