"""How well the things agree with frames that were not fused.

Such a frame's pose is first moved onto everything that was made, as those of the fused frames were: six numbers for
hundreds of thousands of pixels. Then each of its pixels counts on which the whole model says that a thing is in front.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial import KDTree

from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.scans.frame import Frame
from jobs.reconstruction.scans.merged import concatenate
from jobs.reconstruction.scans.registration import Model, register
from jobs.reconstruction.scans.scene import Scene

WITHIN_M = 0.015
_REPLACED_M = 0.015
"""What was fused so near to a thing is the thing itself, which stands in its place."""
_REGISTRATIONS = 2


@dataclass(frozen=True)
class Agreement:
    """`away_m` (n,): of each pixel on one thing, how much deeper the model is than what was measured; `unmeasured`
    pixels on it without a depth."""

    away_m: NDArray[np.float32]
    unmeasured: int

    @property
    def pixels(self) -> int:
        return len(self.away_m)

    def share(self) -> float | None:
        """Of the pixels within `WITHIN_M`; None without any."""
        return float((np.abs(self.away_m) <= WITHIN_M).mean()) if self.pixels else None

    def median_m(self) -> float | None:
        return float(np.median(np.abs(self.away_m))) if self.pixels else None


def merge(agreements: Sequence[Agreement]) -> Agreement:
    """All pixels together."""
    away_m = [agreement.away_m for agreement in agreements]
    return Agreement(np.concatenate(away_m or [np.zeros(0, np.float32)]), sum(a.unmeasured for a in agreements))


def measure_agreement(scene: Scene, held_out: Sequence[Frame]) -> list[Agreement]:
    """Of each thing, with frames in the scene's coordinates."""
    things = [thing.in_scene() for thing in scene.things]
    rest = _without(scene.surface, things)
    owner = np.repeat(np.arange(len(things) + 1), [*(len(mesh.faces) for mesh in things), len(rest.faces)])
    whole = concatenate([*things, rest])
    model = Model(whole)

    def compare(frame: Frame) -> list[Agreement]:
        for _ in range(_REGISTRATIONS):
            frame = register(frame, model)
        height, width = frame.depth_m.shape
        face = model.look(frame.camera, width, height).face
        seen = np.where(face >= 0, owner[face], len(things))
        rows, columns = np.nonzero(seen < len(things))
        if not len(rows):
            return [Agreement(np.zeros(0, np.float32), 0) for _ in things]
        u, v = columns.astype(np.float64) + 0.5, rows.astype(np.float64) + 0.5
        away = model.reach(frame.camera, u, v) - frame.depth_m[rows, columns]
        measured, whose = frame.depth_m[rows, columns] > 0, seen[rows, columns]
        return [
            Agreement(away[measured & (whose == k)], int(np.count_nonzero(~measured & (whose == k))))
            for k in range(len(things))
        ]

    found = map_in_threads(compare, held_out)
    return [merge([of_frame[k] for of_frame in found]) for k in range(len(things))]


def _without(surface: trimesh.Trimesh, things: Sequence[trimesh.Trimesh]) -> trimesh.Trimesh:
    """The fused surface but for what is part of the things."""
    vertices, faces = np.asarray(surface.vertices), np.asarray(surface.faces)
    centres = vertices[faces].mean(axis=1)
    keep = np.ones(len(faces), bool)
    for mesh in things:
        low, high = mesh.bounds[0] - _REPLACED_M, mesh.bounds[1] + _REPLACED_M
        index = np.flatnonzero(((centres >= low) & (centres <= high)).all(axis=1))
        near = np.concatenate([np.asarray(mesh.vertices), np.asarray(mesh.triangles_center)])
        distance, _ = KDTree(near).query(centres[index], distance_upper_bound=_REPLACED_M)
        keep[index[np.isfinite(distance)]] = False
    return trimesh.Trimesh(vertices, faces[keep], process=False, validate=False)
