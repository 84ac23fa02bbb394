"""Units in which depth pictures are written."""

from __future__ import annotations

from jobs.contracts.document import LengthUnit

METRES: dict[LengthUnit, float] = {"m": 1.0, "cm": 0.01, "mm": 0.001, "in": 0.0254}
_STEPS_M = {"m": 1.0, "inches": 0.0254, "cm": 0.01, "mm": 0.001, "1/5000 m": 0.0002, "0.1 mm": 0.0001}
_LIKELY_M = (0.2, 6.0)
_SAME = 0.1


def name_step(step_m: float) -> str:
    """What people call it, or its length."""
    return next((name for name, known in _STEPS_M.items() if abs(known / step_m - 1) < _SAME), f"{step_m:.3g} m")


def likely_units(steps: float) -> list[str]:
    """Those in which so many steps are a usual distance from a camera to a scene."""
    return [name for name, step_m in _STEPS_M.items() if _LIKELY_M[0] <= steps * step_m <= _LIKELY_M[1]]
