"""The ways in which an object rests, whichever way it is turned about the vertical."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Quaternion = tuple[float, float, float, float]

_SAME_POSE_RAD = np.deg2rad(12)


def cluster_stable_poses(orientations_wxyz: Iterable[NDArray[np.float64]]) -> tuple[Quaternion, ...]:
    """One orientation per way to rest, most frequent first.

    Two orientations are one way to rest when the object's side that is up differs by less than 12 degrees. Each way is
    given by the orientation seen first, turned about the vertical so that the whole rotation is as small as it can be.

    Args:
        orientations_wxyz: (4,) each, of the object in the world.
    """
    clusters: list[list[NDArray[np.float64]]] = []
    for orientation in orientations_wxyz:
        up = Rotation.from_quat(orientation, scalar_first=True).inv().apply([0.0, 0.0, 1.0])
        for cluster in clusters:
            if np.arccos(np.clip(up @ cluster[0], -1, 1)) < _SAME_POSE_RAD:
                cluster.append(up)
                break
        else:
            clusters.append([up])
    return tuple(_smallest_rotation(cluster[0]) for cluster in sorted(clusters, key=len, reverse=True))


def _smallest_rotation(up: NDArray[np.float64]) -> Quaternion:
    """wxyz of the smallest rotation that turns the unit vector `up` to +z; about x where `up` is -z."""
    quaternion = np.array([1 + up[2], up[1], -up[0], 0.0])
    norm = float(np.linalg.norm(quaternion))
    w, x, y, z = quaternion / norm if norm > 1e-6 else (0.0, 1.0, 0.0, 0.0)
    return (float(w), float(x), float(y), float(z))
