"""What bodies weigh and how they resist being turned: can it be, and does it fit their shape?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.inspection import InspectionSettings
from jobs.contracts.simready import Asset
from jobs.geometry.closed import from_manifold
from jobs.simready.inspection.body import Body, Inertial, corners_of
from jobs.simready.inspection.violation import Violation
from jobs.simready.physics.mass import compute_mass_properties, is_physical


def inspect_inertial(where: str, mass_kg: float, inertia_kg_m2: NDArray[np.float64]) -> Iterator[Violation]:
    """A rigid body with such a mass and inertia (3, 3) can exist."""
    if not (np.isfinite(mass_kg) and mass_kg > 0):
        yield Violation("static_mass", where, f"weighs {mass_kg:g} kg; a mass is positive")
    if not np.isfinite(inertia_kg_m2).all():
        yield Violation("static_inertia", where, "has an inertia that is not a number")
    elif not is_physical(inertia_kg_m2):
        moments = ", ".join(f"{moment:.3g}" for moment in np.linalg.eigvalsh(inertia_kg_m2))
        why = "each must be positive and at most the sum of the other two"
        yield Violation("static_inertia", where, f"has principal moments of {moments} kg m^2; {why}")


def inspect_mass_of_shape(body: Body, asset: Asset, settings: InspectionSettings) -> Iterator[Violation]:
    """Density within the asset's interval, centre of mass and inertia as the shape has them at that mass.

    Where what is seen encloses no volume only bounds are left: the centre of mass within the convex hull, and no more
    inertia than if the whole mass sat in the corners of the hull that lie farthest from the axis.
    """
    inertial = body.inertial
    if inertial is None or not (inertial.mass_kg > 0 and np.isfinite(inertial.inertia_kg_m2).all()):
        return
    yield from _inspect_center(body, inertial, settings)
    if body.solid is None:
        yield from _inspect_gyration(body, inertial)
        return
    density = inertial.mass_kg / body.solid.volume()
    low, high = asset.density_kg_m3.low, asset.density_kg_m3.high
    if not low * (1 - settings.density) <= density <= high * (1 + settings.density):
        what = f"has {density:.4g} kg/m^3 of what is seen; '{asset.material}' has {low:.4g} .. {high:.4g}"
        yield Violation("static_density", body.where, what)
    exact = compute_mass_properties(from_manifold(body.solid), density)
    error = np.linalg.norm(inertial.inertia_kg_m2 - exact.inertia_kg_m2) / np.linalg.norm(exact.inertia_kg_m2)
    if not error <= settings.inertia:
        what = f"has an inertia {100 * error:.3g} % off that of its shape at its mass"
        yield Violation("static_inertia_of_shape", body.where, what)
    off = float(np.linalg.norm(inertial.center_of_mass_m - exact.center_of_mass_m)) / body.diagonal_m
    if not off <= settings.center_of_mass:
        what = f"has its centre of mass {100 * off:.3g} % of the diagonal off that of its shape"
        yield Violation("static_center_of_mass", body.where, what)


def _inspect_center(body: Body, inertial: Inertial, settings: InspectionSettings) -> Iterator[Violation]:
    outside_m = _distance_outside(inertial.center_of_mass_m, body)
    if not outside_m <= settings.center_of_mass * body.diagonal_m:
        what = f"has its centre of mass {1000 * outside_m:.3g} mm outside of its convex hull"
        yield Violation("static_center_of_mass", body.where, what)


def _inspect_gyration(body: Body, inertial: Inertial) -> Iterator[Violation]:
    moments, axes = np.linalg.eigh(inertial.inertia_kg_m2)
    arms_m = corners_of(body.hull) - inertial.center_of_mass_m
    if not len(arms_m):
        return
    along = arms_m @ axes
    most = inertial.mass_kg * ((arms_m**2).sum(axis=1, keepdims=True) - along**2).max(axis=0)
    if (moments > most).any():
        seen, allowed = (", ".join(f"{value:.3g}" for value in values) for values in (moments, most))
        what = f"has moments of {seen} kg m^2; its extents and mass allow at most {allowed}"
        yield Violation("static_inertia_of_shape", body.where, what)


def _distance_outside(point_m: NDArray[np.float64], body: Body) -> float:
    """How far a point lies before the outermost face of the hull that it is in front of [m]; NaN where it is not
    finite, 0 within or without a hull."""
    mesh = from_manifold(body.hull)
    if not len(mesh.faces):
        return 0.0
    return float(max(0.0, np.max(np.einsum("ij,ij->i", mesh.face_normals, point_m - mesh.triangles[:, 0]))))
