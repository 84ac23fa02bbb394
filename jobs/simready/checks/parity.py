"""Do all written files describe the same links and joints?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from jobs.contracts.check import CheckResult
from jobs.contracts.simready import Asset, Joint, Link
from jobs.simready.checks.reading import BodyReading, JointReading, Reading


def check_parity(asset: Asset, readings: Mapping[str, Reading]) -> tuple[CheckResult, ...]:
    """Largest relative errors of the readings, by name of their format, against the asset, over links and joints.

    A link or joint that a file lacks, or has beyond the asset's, is an error of 1.
    """
    measures: dict[str, Callable[[Asset, Reading], float]] = {
        "parity_mass": lambda asset, reading: mass_error(asset, reading.bodies),
        "parity_inertia": lambda asset, reading: inertia_error(asset, reading.bodies),
        "parity_extents": _extents_error,
        "parity_joints": _joints_error,
    }
    return tuple(_compare(name, measure, asset, readings) for name, measure in measures.items())


def _compare(
    name: str, measure: Callable[[Asset, Reading], float], asset: Asset, readings: Mapping[str, Reading]
) -> CheckResult:
    errors = {kind: measure(asset, reading) for kind, reading in readings.items()}
    detail = ", ".join(f"{kind} {error:.2g}" for kind, error in errors.items())
    return CheckResult(name=name, subject=asset.name, value=max(errors.values()), detail=detail)


def mass_error(asset: Asset, bodies: Mapping[str, BodyReading]) -> float:
    """Largest of any link, relative; 1 if they are not the asset's links."""

    def error(link: Link, body: BodyReading) -> float:
        return abs(body.mass_kg / link.mass_kg - 1)

    return _worst_link(asset, bodies, error)


def inertia_error(asset: Asset, bodies: Mapping[str, BodyReading]) -> float:
    """As `mass_error`. The larger of two: of the tensor (Frobenius norm), and of the centre of mass, relative to the
    diagonal."""

    def error(link: Link, body: BodyReading) -> float:
        expected = np.array(link.inertia_kg_m2)
        tensor = float(np.linalg.norm(body.inertia_kg_m2 - expected) / np.linalg.norm(expected))
        shift_m = float(np.linalg.norm(body.center_of_mass_m - np.array(link.center_of_mass_m)))
        return max(tensor, shift_m / _diagonal_m(asset))

    return _worst_link(asset, bodies, error)


def _worst_link(asset: Asset, bodies: Mapping[str, BodyReading], error: Callable[[Link, BodyReading], float]) -> float:
    if set(bodies) != {link.name for link in asset.links}:
        return 1.0
    return max(error(link, bodies[link.name]) for link in asset.links)


def _extents_error(asset: Asset, reading: Reading) -> float:
    return float(np.abs(reading.extents_m / np.array(asset.extents_m) - 1).max())


def _joints_error(asset: Asset, reading: Reading) -> float:
    """Of kind and links: 1. Of the axis [rad], of the pivot's distance from it and of a slide's limits relative to the
    diagonal, of a hinge's limits [rad]."""
    if set(reading.joints) != {joint.child for joint in asset.joints}:
        return 1.0
    return max((_joint_error(asset, joint, reading.joints[joint.child]) for joint in asset.joints), default=0.0)


def _joint_error(asset: Asset, joint: Joint, read: JointReading) -> float:
    if (read.kind, read.parent) != (joint.kind, joint.parent):
        return 1.0
    axis, pivot_m = np.array(joint.axis), np.array(joint.pivot_m)
    turns = np.linalg.norm(np.cross(axis, read.axes), axis=1), read.axes @ axis
    angle = float(np.arctan2(*turns).max())
    away_m = float(np.linalg.norm(np.cross(axis, read.pivots_m - pivot_m), axis=1).max())
    limits = max(abs(read.lower - joint.lower), abs(read.upper - joint.upper))
    return max(angle, away_m / _diagonal_m(asset), limits if joint.kind == "revolute" else limits / _diagonal_m(asset))


def _diagonal_m(asset: Asset) -> float:
    return float(np.linalg.norm(asset.extents_m))
