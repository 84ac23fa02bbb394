"""`asset.json` against itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from jobs.contracts.inspection import InspectionSettings
from jobs.contracts.simready import Asset, PhysicalProperty
from jobs.simready.inspection.joints import StatedJoint, inspect_joint, inspect_tree
from jobs.simready.inspection.masses import inspect_inertial
from jobs.simready.inspection.surface_properties import inspect_friction, inspect_restitution
from jobs.simready.inspection.violation import Rule, Violation

DOCUMENT = "asset.json"
_SUM = 1e-4


def read_document(path: Path) -> Asset | Violation:
    """The asset, or why there is none."""
    try:
        return Asset.from_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        return Violation("static_files", DOCUMENT, f"cannot be read: {' '.join(str(error).split())}")


def inspect_document(asset: Asset, settings: InspectionSettings) -> Iterator[Violation]:
    """Values within their own intervals, links that add up to the whole, joints that join them."""
    yield from _inspect_intervals(asset)
    yield from inspect_friction(DOCUMENT, asset.static_friction.value, asset.dynamic_friction.value, settings)
    yield from inspect_restitution(DOCUMENT, asset.restitution.value)
    for link in asset.links:
        yield from inspect_inertial(f"{DOCUMENT} {link.name}", link.mass_kg, np.array(link.inertia_kg_m2))
    yield from inspect_inertial(DOCUMENT, asset.mass_kg.value, np.array(asset.inertia_kg_m2))
    yield from _inspect_sums(asset)
    yield from _inspect_joints(asset, settings)


def _inspect_intervals(asset: Asset) -> Iterator[Violation]:
    intervals: tuple[tuple[Rule, str, PhysicalProperty], ...] = (
        ("static_mass", "mass", asset.mass_kg),
        ("static_density", "density", asset.density_kg_m3),
        ("static_friction", "static friction", asset.static_friction),
        ("static_friction", "dynamic friction", asset.dynamic_friction),
        ("static_restitution", "restitution", asset.restitution),
    )
    for rule, name, value in intervals:
        if not value.low <= value.value <= value.high:
            what = f"has a {name} of {value.value:g}, outside of its own interval {value.low:g} .. {value.high:g}"
            yield Violation(rule, DOCUMENT, what)


def _inspect_sums(asset: Asset) -> Iterator[Violation]:
    """Mass and volume are sums, the centre of mass a mean, the inertia a sum by the parallel axis theorem."""
    masses = np.array([link.mass_kg for link in asset.links])
    if not masses.sum() > 0:
        return
    centers_m = np.array([link.center_of_mass_m for link in asset.links])
    center_m = masses @ centers_m / masses.sum()
    arms_m = centers_m - center_m
    inertia = sum(np.array(link.inertia_kg_m2) for link in asset.links) + sum(
        mass * (arm @ arm * np.eye(3) - np.outer(arm, arm)) for mass, arm in zip(masses, arms_m, strict=True)
    )
    whole = np.array(asset.inertia_kg_m2)
    volume_m3 = sum(link.volume_m3 for link in asset.links)
    size_m = float(np.linalg.norm(asset.extents_m))
    errors: tuple[tuple[Rule, str, float], ...] = (
        ("static_mass", "mass", abs(masses.sum() - asset.mass_kg.value) / asset.mass_kg.value),
        ("static_density", "volume", abs(volume_m3 - asset.volume_m3) / asset.volume_m3),
        ("static_center_of_mass", "centre of mass", float(np.linalg.norm(center_m - asset.center_of_mass_m)) / size_m),
        ("static_inertia", "inertia", float(np.linalg.norm(inertia - whole) / np.linalg.norm(whole))),
    )
    for rule, name, error in errors:
        if not error <= _SUM:
            yield Violation(rule, DOCUMENT, f"has a {name} that is {100 * error:.3g} % off what its links add up to")


def _inspect_joints(asset: Asset, settings: InspectionSettings) -> Iterator[Violation]:
    names = [link.name for link in asset.links]
    for name, count in sorted(Counter([*names, *(joint.name for joint in asset.joints)]).items()):
        if count > 1:
            yield Violation("static_names", DOCUMENT, f"has {count} links or joints called '{name}'")
    joints = [
        StatedJoint(
            where=f"{DOCUMENT} {joint.name}",
            parent=joint.parent,
            child=joint.child,
            moves=True,
            axis=np.array(joint.axis),
            lower=joint.lower,
            upper=joint.upper,
            gains={"damping": joint.damping, "friction": joint.friction},
        )
        for joint in asset.joints
    ]
    for joint in joints:
        yield from inspect_joint(joint, names, float(np.linalg.norm(asset.extents_m)), settings)
    yield from inspect_tree(joints, names, None, DOCUMENT)
