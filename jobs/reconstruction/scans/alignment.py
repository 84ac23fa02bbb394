"""The poses of all frames, moved onto the surface that the frames make together, again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.scans.frame import Frame
from jobs.reconstruction.scans.fusion import fuse
from jobs.reconstruction.scans.registration import Model, measure_misfit_m, register

_ENOUGH_FRAMES = 100
"""Of them a surface to register to is made; more take longer and change little."""
_WORTH_IT = 0.85
"""Of the misfit of the poses as given: what gains less only adds noise to good poses."""


def align(
    frames: Sequence[Frame], voxel_m: float, max_depth_m: float, passes: int, told: Callable[[str, int, int], None]
) -> list[Frame]:
    """The frames with better poses, or as they were if moving them does not clearly help.

    Measured on the 7-Scenes kitchen: pixels within 15 mm of the fused surface rise from 81 to 91 % in three passes. On
    a rendered table with exact poses moving costs a millimetre.
    """
    aligned, given_m = list(frames), None
    for number in range(passes):
        step = f"align poses, pass {number + 1} of {passes}"
        some = aligned[:: max(1, -(-len(aligned) // _ENOUGH_FRAMES))]
        surface = fuse(some, voxel_m, max_depth_m, lambda done, total, step=step: told(step, done, total))
        model = Model(surface.mesh)
        misfit_m = _misfit_m(some, model)
        if given_m is None:
            given_m = misfit_m
        elif misfit_m > _WORTH_IT * given_m:
            return list(frames)
        aligned = map_in_threads(lambda frame, model=model: register(frame, model), aligned)
    return aligned


def _misfit_m(frames: Sequence[Frame], model: Model) -> float:
    """Median over the frames; infinite if none fits at all."""
    found = map_in_threads(lambda frame: measure_misfit_m(frame, model), frames)
    return float(np.median([misfit_m for misfit_m in found if misfit_m is not None] or [np.inf]))
