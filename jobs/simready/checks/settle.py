"""Drop test: does the asset come to rest on a plane, and how?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from jobs.contracts.simready import SettleSettings
from jobs.simready.checks.specimen import Specimen


@dataclass(frozen=True)
class Rest:
    """Where one drop ended: orientation (4,) wxyz in the world, and the deepest penetration [m]."""

    orientation_wxyz: NDArray[np.float64]
    penetration_m: float


def drop(specimen: Specimen, settings: SettleSettings, seed: int) -> tuple[Rest | None, ...]:
    """Let an asset fall onto a plane in random orientations.

    Args:
        specimen: The asset over a plane.
        settings: How often, from how high, for how long, and what rest means.
        seed: Of the orientations.

    Returns:
        One entry per drop; None where it was still moving at the end, or the simulation diverged.
    """
    random = np.random.default_rng(seed)
    return tuple(
        _drop_once(specimen, orientation.as_quat(scalar_first=True), settings)
        for orientation in _random_orientations(settings.poses, random)
    )


def _drop_once(specimen: Specimen, orientation_wxyz: NDArray[np.float64], settings: SettleSettings) -> Rest | None:
    specimen.stand(orientation_wxyz, settings.drop_height * specimen.diagonal_m)
    before = [specimen.place_of_corners()]
    for _ in range(round(2 * settings.time_limit_s / settings.rest_window_s)):
        specimen.wait(settings.rest_window_s / 2)
        before.append(specimen.place_of_corners())
        recent = before[-3:]
        motion_m = max(float(np.linalg.norm(recent[-1] - points, axis=1).max()) for points in recent)
        if not np.isfinite(motion_m):
            return None
        if len(recent) == 3 and motion_m <= settings.rest_motion * specimen.diagonal_m and specimen.touches_plane():
            return Rest(specimen.simulation.pose(specimen.body)[1], specimen.penetration_m())
    return None


def _random_orientations(count: int, random: np.random.Generator) -> Sequence[Rotation]:
    """Uniform over all orientations. Source: normalised Gaussian quaternions (Muller 1959)."""
    quaternions = random.standard_normal((count, 4))
    return [Rotation.from_quat(quaternion, scalar_first=True) for quaternion in quaternions]
