"""Does the recording say how to get every state from the first one?"""

from __future__ import annotations

import numpy as np

from jobs.simulation.simulator import FloatArray, Simulation


def count_exact_states(simulation: Simulation, states: FloatArray, controls: FloatArray, steps: int) -> int:
    """Restore the first state, apply every control for `steps` steps, and compare bit for bit.

    Args:
        simulation: Freshly loaded.
        states: (n + 1, X) before each action and after the last.
        controls: (n, U)

    Returns:
        How many of the n states after the first came out exactly, before one that did not.
    """
    simulation.restore(states[0])
    for done, (control, recorded) in enumerate(zip(controls, states[1:], strict=True)):
        simulation.control(control)
        simulation.step(steps)
        if simulation.state().tobytes() != np.ascontiguousarray(recorded).tobytes():
            return done
    return len(controls)
