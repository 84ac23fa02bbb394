"""Free flight: a body that nothing touches keeps its energy, however it turns."""

from __future__ import annotations

import numpy as np

from jobs.contracts.trials import TumbleSettings
from jobs.simready.checks.specimen import Specimen

_SAMPLES = 10
_OFF_AXIS = np.array([0.48, 0.6, 0.64])
"""A unit vector far from all axes, principal ones of common shapes included."""
_CLEARANCE = 10.0
"""Diagonals over the plane."""


def tumble(specimen: Specimen, settings: TumbleSettings, has_joints: bool) -> float:
    """Largest change of kinetic energy, relative; infinite if the simulation diverged. Joints take energy away, by
    friction and at their limits: then only what it gains is a change."""
    specimen.stand(np.array([1.0, 0.0, 0.0, 0.0]), _CLEARANCE * specimen.diagonal_m)
    specimen.simulation.set_gravity(np.zeros(3))
    specimen.simulation.throw(specimen.body, np.zeros(3), 2 * np.pi * settings.turns_per_s * _OFF_AXIS)
    start_j = specimen.simulation.energy_j()
    seen_j = []
    for _ in range(_SAMPLES):
        specimen.wait(settings.duration_s / _SAMPLES)
        seen_j.append(specimen.simulation.energy_j())
    changes = np.array(seen_j) / start_j - 1
    change = float(np.maximum(changes, 0).max() if has_joints else np.abs(changes).max())
    return change if np.isfinite(change) else np.inf
