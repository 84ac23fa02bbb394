"""Falls in a pose that the asset is known to rest in: it must come to rest again, and gain no energy on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.contracts.trials import FallSettings
from jobs.simready.checks.specimen import GRAVITY_M_S2, Specimen
from jobs.simready.checks.stable_poses import Quaternion

_SAMPLES_PER_WINDOW = 8


@dataclass(frozen=True)
class Fall:
    """`motion`: the longest way of any point during the last window, part of the diagonal. `energy_gain`: the most
    energy that there ever was beyond that at the start, part of what the fall set free. Both infinite if the
    simulation diverged."""

    motion: float
    energy_gain: float


def fall(
    specimen: Specimen, pose_wxyz: Quaternion, height: float, limit_s: float, mass_kg: float, settings: FallSettings
) -> Fall:
    """Let a standing asset fall from `height` (times its own), until it rests or `limit_s` is over."""
    orientation_wxyz = np.array(pose_wxyz)
    specimen.stand(orientation_wxyz, 0.0)
    height_m = height * float(np.ptp(specimen.place_of_corners()[:, 2]))
    specimen.stand(orientation_wxyz, height_m)
    start_j, gained_j = specimen.simulation.energy_j(), 0.0
    places = [specimen.place_of_corners()]
    motion = np.inf
    for _ in range(round(limit_s / settings.window_s * _SAMPLES_PER_WINDOW)):
        specimen.wait(settings.window_s / _SAMPLES_PER_WINDOW)
        gained_j = max(gained_j, specimen.simulation.energy_j() - start_j)
        places = [*places[-_SAMPLES_PER_WINDOW:], specimen.place_of_corners()]
        motion = max(float(np.linalg.norm(places[-1] - place, axis=1).max()) for place in places) / specimen.diagonal_m
        if not np.isfinite(motion):
            return Fall(np.inf, np.inf)
        if len(places) > _SAMPLES_PER_WINDOW and motion <= settings.rest_motion:
            break
    return Fall(motion, gained_j / (mass_kg * GRAVITY_M_S2 * height_m))
