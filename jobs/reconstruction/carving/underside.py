"""The side that no camera saw, because the object stood on it.

Below an object that was photographed from above only, the visual hull goes on as a cone: every silhouette hides it.
What lies lower than the silhouettes demand is cut off flat, which is how the object met its support.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.carving.hull import Volume
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.morphology import inset

_LEAST_ELEVATION = 0.087
"""Sine of 5 degrees: from lower than that a camera sees the underside's edge sharply enough."""
_INSET_PX = 2
_STEEP = 0.02
_AGREEING = 0.1
_CONFIRMED, _STEP = 0.96, 4
_AXES = np.concatenate([np.eye(3)[::-1], -np.eye(3)[::-1]])


@dataclass(frozen=True)
class Underside:
    """The half-space `normal @ x >= offset` holds the object. `is_known`: the cameras' source told, not silhouettes."""

    normal: NDArray[np.float64]
    offset: float
    is_known: bool = False

    def cut(self, volume: Volume) -> Volume:
        """The field of what the half-space leaves."""
        x, y, z = (
            origin + volume.spacing * np.arange(count)
            for origin, count in zip(volume.origin, volume.values.shape, strict=True)
        )
        a, b, c = self.normal
        height = a * x[:, None, None] + b * y[:, None] + (c * z - self.offset)
        return replace(volume, values=np.minimum(volume.values, height, dtype=np.float32))


def find_underside(mesh: trimesh.Trimesh, views: Sequence[View]) -> Underside | None:
    """The highest plane that a hull can be cut at before silhouettes lose something; None if it was seen from below.

    In each view every pixel of the silhouette, a little inside its outline, must still meet the hull. Looking down, the
    highest point on a pixel's ray is where it enters. The plane is the lowest demanded, but for a tenth of the views.
    Views whose silhouette holds much that no other view confirms are not asked: it goes on into a shadow on the table.
    It is an axis of the world.
    """
    centre = mesh.bounds.mean(axis=0)
    towards = np.stack([view.camera.position - centre for view in views])
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    lowest = (_AXES @ towards.T).min(axis=1)
    best = int(np.argmax(lowest))
    if lowest[best] < _LEAST_ELEVATION:
        return None
    normal = _AXES[best]
    caster = RayCaster(mesh)
    whole = [view for view in views if not view.is_cut]
    answers = map_in_threads(lambda view: _is_confirmed(caster, view), whole)
    confirmed = [view for view, answer in zip(whole, answers, strict=True) if answer]
    demanded = map_in_threads(lambda view: _lowest_entry(caster, view, normal), confirmed or whole)
    heights = [height for height in demanded if height is not None]
    return Underside(normal, float(np.quantile(heights, _AGREEING))) if heights else None


def _is_confirmed(caster: RayCaster, view: View) -> bool:
    mask = view.mask[::_STEP, ::_STEP]
    seen = caster.look(view.camera.subsampled(_STEP), mask.shape[1], mask.shape[0]).silhouette
    return bool(np.count_nonzero(mask & seen) >= _CONFIRMED * np.count_nonzero(mask))


def _lowest_entry(caster: RayCaster, view: View, normal: NDArray[np.float64]) -> float | None:
    """Height along `normal` that this view demands the hull to reach down to; None if it looks down on nothing."""
    inner = inset(view.mask, 2 * _INSET_PX + 1)
    rows, columns = np.nonzero(inner & ~inset(inner, 3))
    u, v = columns + 0.5, rows + 0.5
    rays, depth = view.camera.rays(u, v), caster.reach(view.camera, u, v)
    fall = rays @ normal
    down = (fall < -_STEEP) & np.isfinite(depth)
    if not down.any():
        return None
    entry = float(view.camera.position @ normal) + fall * np.where(down, depth, 0)
    lowest = int(np.argmin(np.where(down, entry, np.inf)))
    pixel = depth[lowest] / view.camera.focal_px
    across = np.sqrt(max(1 - (fall[lowest] / np.linalg.norm(rays[lowest])) ** 2, 0))
    return float(entry[lowest] - _INSET_PX * pixel * across)
