"""The asset's document, from which every file is written."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.simready import Asset, Link, Matrix3, SimreadyRequest, Vector3
from jobs.simready.collision.colliders import Colliders
from jobs.simready.physics.identity import Identity
from jobs.simready.physics.mass import compute_mass_properties, estimate_mass, read_scales
from jobs.simready.repair.solid import RepairedMesh


def describe_asset(request: SimreadyRequest, repaired: RepairedMesh, colliders: Colliders, identity: Identity) -> Asset:
    """Everything that is known of the asset before it was dropped, so without stable poses."""
    volume_m3 = float(repaired.solid.volume())
    filling = volume_m3 / float(repaired.solid.hull().volume())
    likely = identity.estimate_density(walls_shown=filling < request.physics.walls_shown_below)
    mass, density = estimate_mass(volume_m3, likely, read_scales(request))
    material, source = identity.material, identity.source
    exact = compute_mass_properties(repaired.mesh, mass.value / volume_m3)
    return Asset(
        schema_version=1,
        name=request.name,
        category=None if identity.category is None else identity.category.name,
        licence=request.licence,
        material=material.name,
        mass_kg=mass,
        density_kg_m3=density,
        static_friction=material.static_friction.as_property("", source),
        dynamic_friction=material.dynamic_friction.as_property("", source),
        restitution=material.restitution.as_property("", source),
        volume_m3=volume_m3,
        center_of_mass_m=as_vector(exact.center_of_mass_m),
        inertia_kg_m2=as_matrix(exact.inertia_kg_m2),
        extents_m=as_vector(np.ptp(np.asarray(repaired.mesh.vertices, np.float64), axis=0)),
        links=(
            Link(
                name=request.name,
                mass_kg=mass.value,
                volume_m3=volume_m3,
                center_of_mass_m=as_vector(exact.center_of_mass_m),
                inertia_kg_m2=as_matrix(exact.inertia_kg_m2),
                colliders=len(colliders.shapes),
                collider_method=colliders.method,
                collider_iou=colliders.fit.iou,
            ),
        ),
        stable_poses_wxyz=(),
    )


def as_vector(values: NDArray[np.float64]) -> Vector3:
    """(3,) as a document has it."""
    x, y, z = values.tolist()
    return (x, y, z)


def as_matrix(values: NDArray[np.float64]) -> Matrix3:
    """(3, 3) as a document has it."""
    a, b, c = values
    return (as_vector(a), as_vector(b), as_vector(c))
