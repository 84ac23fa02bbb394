"""The asset's document, from which every file is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from manifold3d import Manifold
from numpy.typing import NDArray

from jobs.contracts.simready import Asset, Link, Matrix3, SimreadyRequest, Vector3
from jobs.simready.articulation.articulation import Articulation, describe_joints
from jobs.simready.link import BuiltLink
from jobs.simready.physics.friction import describe_pairs
from jobs.simready.physics.identity import Identity
from jobs.simready.physics.mass import (
    MassProperties,
    combine,
    compute_mass_properties,
    estimate_mass,
    read_scales,
)


def describe_asset(
    request: SimreadyRequest,
    sources: Mapping[str, str],
    built: Sequence[BuiltLink],
    articulation: Articulation,
    identity: Identity,
) -> Asset:
    """Everything that is known of the asset before it was dropped, so without stable poses.

    Args:
        sources: Hashes of the files of the meshes, by name.
        built: The base first.
    """
    volume_m3 = sum(float(link.piece.solid.volume()) for link in built)
    corners_m = np.concatenate([np.asarray(link.piece.mesh.vertices, np.float64) for link in built])
    filling = volume_m3 / float(Manifold.hull_points(corners_m).volume())
    walls_shown = filling < request.physics.walls_shown_below
    mass, density = estimate_mass(volume_m3, identity.estimate_density(walls_shown), read_scales(request))
    material, source = identity.material, identity.source
    exact = [compute_mass_properties(link.piece.mesh, mass.value / volume_m3) for link in built]
    whole = combine(exact)
    links = tuple(_describe_link(link, properties) for link, properties in zip(built, exact, strict=True))
    return Asset(
        schema_version=1,
        name=request.name,
        category=None if identity.category is None else identity.category.name,
        licence=request.licence,
        sources=dict(sources),
        material=material.name,
        mass_kg=mass,
        density_kg_m3=density,
        expected_density_kg_m3=identity.expect_density(walls_shown),
        static_friction=material.static_friction.as_property("", source),
        dynamic_friction=material.dynamic_friction.as_property("", source),
        restitution=material.restitution.as_property("", source),
        friction_pairs=describe_pairs(material.name, source),
        volume_m3=volume_m3,
        center_of_mass_m=as_vector(whole.center_of_mass_m),
        inertia_kg_m2=as_matrix(whole.inertia_kg_m2),
        extents_m=as_vector(np.ptp(corners_m, axis=0)),
        links=links,
        joints=describe_joints(articulation, links, request.joints),
        mobility=articulation.mobility,
        stable_poses_wxyz=(),
    )


def _describe_link(link: BuiltLink, properties: MassProperties) -> Link:
    return Link(
        name=link.name,
        mass_kg=properties.mass_kg,
        volume_m3=float(link.piece.solid.volume()),
        center_of_mass_m=as_vector(properties.center_of_mass_m),
        inertia_kg_m2=as_matrix(properties.inertia_kg_m2),
        colliders=len(link.colliders.shapes),
        collider_method=link.colliders.method,
        collider_iou=link.colliders.fit.iou,
    )


def as_vector(values: NDArray[np.float64]) -> Vector3:
    """(3,) as a document has it."""
    x, y, z = values.tolist()
    return (x, y, z)


def as_matrix(values: NDArray[np.float64]) -> Matrix3:
    """(3, 3) as a document has it."""
    a, b, c = values
    return (as_vector(a), as_vector(b), as_vector(c))
