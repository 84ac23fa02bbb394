"""The grasps of an asset: antipodal, reachable, diverse, best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from manifold3d import Manifold
from numpy.typing import NDArray

from jobs.contracts.grasps import Grasp, Grasps, GraspSettings
from jobs.contracts.layout import Transform
from jobs.contracts.simready import Asset
from jobs.geometry.closed import from_manifold
from jobs.runtime.workspace import derive_seed
from jobs.simready.appearance.visual import simplify
from jobs.simready.asset import as_vector
from jobs.simready.grasping.contacts import find_pairs, sample_surface
from jobs.simready.grasping.hand import Hand, fit_hands

_FACES = 6000
_CLOUD_POINTS = 6000
_PAIRS = 300
_WEIGHTS = np.array([0.5, 0.4, 0.1])
"""Of squareness, of nearness to the centre of mass, of the palm's clearance."""
_ROOMY_M = 0.02
_GOOD_ENOUGH = 0.5


def find_grasps(solid: Manifold, asset: Asset, settings: GraspSettings, seed: int) -> Grasps:
    """Search the surface of a closed object; how heavy it is plays no part yet.

    Args:
        solid: The object [m], object frame.
        asset: Its friction, whose low end grasps must hold with, and its centre of mass.
        settings: The gripper, and how thoroughly to look.
        seed: Of the points that are looked at.
    """
    coarse = simplify(solid, _FACES)
    mesh = from_manifold(coarse)
    friction, center_m = asset.dynamic_friction.low, np.array(asset.center_of_mass_m)
    widest_m = settings.gripper.opening_m - 2 * settings.room_m
    starts = sample_surface(mesh, settings.samples, derive_seed(seed, "contacts"))
    pairs = find_pairs(coarse, starts, friction, widest_m, center_m, _PAIRS, derive_seed(seed, "lines"))
    cloud = sample_surface(mesh, _CLOUD_POINTS, derive_seed(seed, "cloud"))
    found = [
        _describe(hand, friction, center_m, float(np.linalg.norm(asset.extents_m)))
        for pair in pairs
        for hand in fit_hands(pair, cloud, settings.gripper, settings.room_m, settings.approaches)
        if hand.skew_rad < np.arctan(friction)
    ]
    found.sort(key=lambda grasp: -grasp.quality)
    kept = sorted(_spread(found, settings.kept), key=lambda grasp: -grasp.quality)
    return Grasps(schema_version=1, asset=asset.name, gripper=settings.gripper, friction=friction, grasps=tuple(kept))


def _describe(hand: Hand, friction: float, center_of_mass_m: NDArray[np.float64], diagonal_m: float) -> Grasp:
    first, second = hand.contacts_m
    line = (second - first) / np.linalg.norm(second - first)
    lever_m = float(np.linalg.norm(np.cross(line, center_of_mass_m - first)))
    margin = 1 - hand.skew_rad / float(np.arctan(friction))
    near, roomy = max(0.0, 1 - 2 * lever_m / diagonal_m), min(1.0, hand.clearance_m / _ROOMY_M)
    return Grasp(
        T_object_grasp=_as_transform(hand.T_object_grasp),
        width_m=hand.width_m,
        contacts_m=(as_vector(first), as_vector(second)),
        friction_margin=margin,
        com_distance_m=lever_m,
        clearance_m=hand.clearance_m,
        quality=float(_WEIGHTS @ [margin, near, roomy]),
    )


def _spread(grasps: Sequence[Grasp], count: int) -> Iterator[Grasp]:
    """The best, then whichever lies farthest from all before; only those that are not much worse than the best."""
    if not grasps:
        return
    good = [grasp for grasp in grasps if grasp.quality >= _GOOD_ENOUGH * grasps[0].quality]
    poses = np.array([grasp.T_object_grasp for grasp in good])
    scale_m = max(float(np.linalg.norm(np.ptp(poses[:, :3, 3], axis=0))), 1e-9)
    distance = np.full(len(good), np.inf)
    chosen = 0
    for _ in range(min(count, len(good))):
        yield good[chosen]
        away = np.linalg.norm(poses[:, :3, 3] - poses[chosen, :3, 3], axis=1) / scale_m
        # Fingers are alike, so a closing direction and its opposite are one; approaches are not.
        closing = 1 - np.abs(poses[:, :3, 1] @ poses[chosen, :3, 1])
        approach = (1 - poses[:, :3, 2] @ poses[chosen, :3, 2]) / 2
        distance = np.minimum(distance, away + closing + approach)
        chosen = int(np.argmax(distance))


def _as_transform(matrix: NDArray[np.float64]) -> Transform:
    """(4, 4) as a document has it."""
    a, b, c, d = (tuple(row) for row in matrix.tolist())
    return (a, b, c, d)
