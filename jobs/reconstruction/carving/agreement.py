"""How well a hull explains the silhouettes that it was carved from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.parallel import map_in_threads

_CONTRADICTING_IOU = 0.6
"""Below it a silhouette shows something else, or its camera stands elsewhere."""
_UNSUSPECTED_IOU = 0.92
_FAR_OUT = 3.0
"""Quartile ranges below the lower quartile. Source: Tukey 1977, "Exploratory data analysis"."""


@dataclass(frozen=True)
class Agreement:
    """`ious`: of each view's mask and the reprojected mesh, in the order of the views."""

    ious: tuple[float, ...]

    def median(self) -> float:
        return float(np.median(self.ious)) if self.ious else 0.0

    def mean(self) -> float:
        return float(np.mean(self.ious)) if self.ious else 0.0

    def contradicting(self, views: Sequence[View]) -> tuple[View, ...]:
        """Views that show something else."""
        return tuple(view for view, iou in zip(views, self.ious, strict=True) if iou < _CONTRADICTING_IOU)

    def suspicious(self, views: Sequence[View]) -> tuple[View, ...]:
        """Views that agree clearly less than the others do among themselves."""
        low, high = np.quantile(self.ious, [0.25, 0.75])
        fence = min(low - _FAR_OUT * (high - low), _UNSUSPECTED_IOU)
        return tuple(view for view, iou in zip(views, self.ious, strict=True) if _CONTRADICTING_IOU <= iou < fence)


def measure_agreement(caster: RayCaster | None, views: Sequence[View], step: int = 1) -> Agreement:
    """Reproject a mesh into every view, at every `step`-th row and column; no mesh agrees with nothing."""
    if caster is None:
        return Agreement(tuple(0.0 for _ in views))
    return Agreement(tuple(map_in_threads(lambda view: _iou(caster, view, step), views)))


def distrust(views: Sequence[View], suspects: Sequence[View]) -> tuple[View, ...]:
    """The same views; suspects no longer carve alone."""
    names = {view.name for view in suspects}
    return tuple(replace(view, is_trusted=False) if view.name in names else view for view in views)


def _iou(caster: RayCaster, view: View, step: int) -> float:
    mask = view.mask[::step, ::step]
    height, width = mask.shape
    seen = caster.look(view.camera.subsampled(step), width, height).silhouette
    union = np.count_nonzero(mask | seen)
    return np.count_nonzero(mask & seen) / union if union else 0.0
