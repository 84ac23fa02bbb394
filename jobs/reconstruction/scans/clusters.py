"""What stands on the supports, thing by thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import ScanSettings
from jobs.reconstruction.scans.connected import label_points
from jobs.reconstruction.scans.supports import Support

Array = NDArray[np.float64]
_LINK_VOXELS = 1.5
_BAND_M = 0.01
_CONTACT_M = 0.03
_OVER_ITS_SUPPORT = 0.8
_LEAST_POINTS = 100


@dataclass(frozen=True)
class Cluster:
    """`points` (n, 3) [m] in the scene, of one thing, without the lowest centimetre; `support`: index of what it
    stands on."""

    points: Array
    support: int


def find_clusters(points: Array, supports: Sequence[Support], voxel_m: float, settings: ScanSettings) -> list[Cluster]:
    """Groups of points that hang together once the supports are taken away, and that stand on one, largest first.

    What is larger than `max_object_m` is furniture or wall, what overhangs its support is attached elsewhere.
    """
    free = np.ones(len(points), bool)
    for support in supports:
        free &= ~(support.holds(points) & (np.abs(support.height_above(points)) < _BAND_M))
    rest = points[free]
    labels = label_points(rest, _LINK_VOXELS * voxel_m)
    order = np.argsort(labels, kind="stable")
    groups = np.split(rest[order], np.flatnonzero(np.diff(labels[order])) + 1)
    found = []
    for group in groups:
        if len(group) < _LEAST_POINTS or (np.ptp(group, axis=0) > settings.max_object_m).any():
            continue
        for index, support in enumerate(supports):
            height = support.height_above(group)
            stands = 0 < height.min() < _CONTACT_M and height.max() > settings.min_height_m
            if stands and support.holds(group).mean() > _OVER_ITS_SUPPORT:
                found.append(Cluster(group, index))
                break
    return sorted(found, key=lambda cluster: -len(cluster.points))
