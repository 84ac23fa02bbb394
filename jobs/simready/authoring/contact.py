"""How contacts of a shape are set up, whatever file says it."""

from __future__ import annotations

from jobs.simready.collision.shape import Shape

TORSIONAL_FRICTION_M = 0.005
"""MuJoCo's own default, and Newton's."""
JOINT_LIMIT = (0.005, 1.0)
"""MuJoCo's `solreflimit`: time constant [s] and damping ratio of a joint's limits. With its own 0.02 s a hand pushed a
lid of 50 g a tenth of its range beyond them; MuJoCo itself keeps to twice the time step."""
_ROLLING_FRICTION_M = 0.0001
"""The same, of what has facets to come to rest on."""
_ROLLING_RESISTANCE = 0.01
"""Of what is round, as part of its radius: engineering tables give 0.001 (steel on steel) to 0.02 (rubber on concrete).
Without any, a can that tipped over was still rolling after 10 s."""


def is_round(shape: Shape) -> bool:
    return shape.kind not in ("hull", "box")


def rolling_friction_m(shape: Shape) -> float:
    return _ROLLING_RESISTANCE * shape.size_m[0] if is_round(shape) else _ROLLING_FRICTION_M


def contact_dimensions(shape: Shape) -> int:
    """MuJoCo's `condim`: sliding in two directions and twisting; what is round feels rolling as well."""
    return 6 if is_round(shape) else 4
