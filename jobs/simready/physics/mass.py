"""Mass, centre of mass and inertia of a closed mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from trimesh import Trimesh

from jobs.contracts.simready import PhysicalProperty, SimreadyRequest


@dataclass(frozen=True)
class MassProperties:
    """`inertia_kg_m2` (3, 3) about the centre of mass (3,) [m], in the axes of the object frame."""

    mass_kg: float
    center_of_mass_m: NDArray[np.float64]
    inertia_kg_m2: NDArray[np.float64]


def compute_mass_properties(mesh: Trimesh, density_kg_m3: float) -> MassProperties:
    """Exact mass properties of a closed mesh of uniform density.

    Args:
        mesh: Closed, oriented outwards; vertices (n, 3) [m], object frame.
        density_kg_m3: Bulk density [kg/m^3].

    Source: Mirtich 1996, "Fast and accurate computation of polyhedral mass properties", as trimesh implements it.
    Integrated about the middle of the bounds: far from the origin the integrals would cancel.
    """
    middle_m = mesh.bounds.mean(axis=0)
    centred = Trimesh(mesh.vertices - middle_m, mesh.faces, process=False)
    centred.density = density_kg_m3
    inertia = np.asarray(centred.moment_inertia, float)
    return MassProperties(
        mass_kg=float(centred.mass),
        center_of_mass_m=np.asarray(centred.center_mass, float) + middle_m,
        inertia_kg_m2=(inertia + inertia.T) / 2,
    )


def combine(parts: Sequence[MassProperties]) -> MassProperties:
    """Mass properties of several bodies that stand still against each other, by the parallel axis theorem."""
    mass_kg = sum(part.mass_kg for part in parts)
    center_m = np.sum([part.mass_kg * part.center_of_mass_m for part in parts], axis=0) / mass_kg
    inertia = np.zeros((3, 3))
    for part in parts:
        arm_m = part.center_of_mass_m - center_m
        inertia += part.inertia_kg_m2 + part.mass_kg * (arm_m @ arm_m * np.eye(3) - np.outer(arm_m, arm_m))
    return MassProperties(mass_kg, center_m, inertia)


def estimate_mass(
    volume_m3: float, density: PhysicalProperty, weighed: PhysicalProperty | None
) -> tuple[PhysicalProperty, PhysicalProperty]:
    """Mass and bulk density: from the scales if somebody used them, else from what it is made of.

    Of a weighed object the density is what follows, walls and contents together.
    """
    if weighed is None:
        mass = PhysicalProperty(
            value=density.value * volume_m3,
            low=density.low * volume_m3,
            high=density.high * volume_m3,
            unit="kg",
            source=density.source,
            reference=f"closed volume {volume_m3:.6g} m^3 x density: {density.reference}",
        )
        return mass, density
    bulk = PhysicalProperty(
        value=weighed.value / volume_m3,
        low=weighed.low / volume_m3,
        high=weighed.high / volume_m3,
        unit="kg/m^3",
        source="computed",
        reference=f"given mass / closed volume {volume_m3:.6g} m^3",
    )
    return weighed, bulk


def read_scales(request: SimreadyRequest) -> PhysicalProperty | None:
    """The mass that the request gives, with how far the scales may be off."""
    mass_kg, tolerance_kg, settings = request.mass_kg, request.mass_tolerance_kg, request.physics
    if mass_kg is None:
        return None
    reference = "mass_kg and mass_tolerance_kg of the request"
    if tolerance_kg is None:
        tolerance_kg = min(max(settings.scales_share * mass_kg, settings.scales_kg), mass_kg / 2)
        reference = f"mass_kg of the request; scales assumed to be off by at most {tolerance_kg:.3g} kg"
    return PhysicalProperty(
        value=mass_kg,
        low=mass_kg - tolerance_kg,
        high=mass_kg + tolerance_kg,
        unit="kg",
        source="given",
        reference=reference,
    )


def is_physical(inertia_kg_m2: NDArray[np.float64]) -> bool:
    """Whether a rigid body with such an inertia can exist: positive definite, and no principal moment exceeds the
    sum of the others."""
    a, b, c = np.linalg.eigvalsh(inertia_kg_m2)
    return bool(a > 0 and a + b >= c * (1 - 1e-9))
