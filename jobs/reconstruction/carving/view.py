"""A photo as carving sees it: where the object is, how far from its outline each pixel lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.carving.outline_distance import OutlineDistance, beyond
from jobs.reconstruction.pictures.silhouette import Silhouette

UNKNOWN = np.float32(1e9)


@dataclass(frozen=True)
class View:
    """`distance`: to the outline, positive inside the object. `certain`: the same to the outline of all that is not
    clearly background; None where that is no other outline.

    `is_cut`: the object reaches the frame, so outside the frame is unknown; otherwise outside is background.
    `is_trusted`: it may carve alone where its outline is certain.
    """

    name: str
    shot: Shot
    mask: NDArray[np.bool_]
    is_cut: bool
    distance: OutlineDistance
    certain: OutlineDistance | None
    is_trusted: bool = True

    @property
    def camera(self) -> Camera:
        return self.shot.camera

    @classmethod
    def of(cls, shot: Shot, silhouette: Silhouette) -> Self:
        certain = None
        if silhouette.doubtful.any():
            certain = OutlineDistance.of(silhouette.mask | silhouette.doubtful)
        distance = OutlineDistance.of(silhouette.mask)
        return cls(shot.name, shot, silhouette.mask, silhouette.is_cut, distance, certain)

    def clearance(self, points: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Distance of points (n, 3) to this view's cone, and to its certain cone, (n,) each [world units].

        Positive inside; huge where the view knows nothing.
        """
        u, v, depth = self.camera.project_single(points)
        unknown = depth <= 0
        if self.is_cut:
            unknown |= beyond(u, v, self.mask.shape) > 0.5
        size = depth / np.float32(self.camera.focal_px)

        def place(distance: OutlineDistance) -> NDArray[np.float32]:
            value = np.asarray(distance.at(u, v) * size, np.float32)
            value[unknown] = UNKNOWN
            return value

        distance = place(self.distance)
        if not self.is_trusted:
            return distance, np.full_like(distance, UNKNOWN)
        return distance, distance if self.certain is None else place(self.certain)
