"""Which pieces of a thing may be parts that move: boards on its outside, and trays and boxes that sit in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import PartingSettings
from jobs.geometry.colour_points import spread_over_faces
from jobs.geometry.distance import compute_distances
from jobs.reconstruction.parting.pieces import Pieces
from jobs.reconstruction.parting.views import View

_THIN = 0.35
"""Thickness of a board as part of its shorter side; of what sits in another thing, shelves are below `_FLAT`."""
_FLAT, _STOUT = 0.1, 0.2
_LEVEL = np.sin(np.deg2rad(30))
_POINTS = 400
_MOSTLY, _HELD = 0.5, 0.8
_FACING, _LITTLE = 0.95, 0.2
"""Cosine to the front; how much a handle that is one with its board faces the front, as part of the board."""


@dataclass(frozen=True)
class Thing:
    """Pieces, which `hosts` (n,) they ride on, and six `views`."""

    pieces: Pieces
    hosts: NDArray[np.int64]
    views: tuple[View, ...]
    settings: PartingSettings

    def has_the_shape(self, piece: int) -> bool:
        """Whether a piece, which rides on nothing, is shaped and placed like a door, a lid, or a drawer."""
        return bool(self._fronts(piece)) or (bool(self._mouths(piece)) and self._sits_inside(piece))

    def is_free(self, piece: int) -> bool:
        """Whether one of that shape has a handle, or does not lie on the others as what is fixed to them does."""
        fronts = self._fronts(piece)
        if any(self._has_handle(piece, view) for view in fronts or self._mouths(piece)):
            return True
        if fronts:
            return self._touching(piece) == 0
        return self.pieces.is_hollow(piece) and self._touching(piece) < _MOSTLY

    def inside(self, piece: int) -> NDArray[np.bool_]:
        """(n,) Those whose boxes lie within its box: the inner shell of a door, what lies in a drawer."""
        within = (self.pieces.low_m >= self.pieces.low_m[piece]) & (self.pieces.high_m <= self.pieces.high_m[piece])
        return np.asarray(within.all(axis=1)) & ~self.pieces.only(piece)

    def _seen(self, piece: int) -> list[View]:
        return [view for view in self.views if view.shown(piece) >= self.settings.shown]

    def _fronts(self, piece: int) -> list[View]:
        """Where it is seen as a board is: from before it."""
        return [view for view in self._seen(piece) if self._is_board(piece, view)]

    def _mouths(self, piece: int) -> list[View]:
        """Where a drawer may come out: what can only be lifted out is no part of the thing."""
        return [view for view in self._seen(piece) if abs(self.pieces.axes[view.axis, 2]) < _LEVEL]

    def _is_board(self, piece: int, view: View) -> bool:
        extents_m = self.pieces.high_m[piece] - self.pieces.low_m[piece]
        across_m = np.delete(extents_m, view.axis)
        if extents_m[view.axis] > _THIN * across_m.min():
            return False
        return view.fills(piece, extents_m) >= self.settings.full and view.covers(piece) >= self.settings.covers

    def _sits_inside(self, piece: int) -> bool:
        thin, middle, _ = np.sort(self.pieces.high_m[piece] - self.pieces.low_m[piece])
        if thin <= _FLAT * middle or not (thin > _STOUT * middle or self.pieces.is_hollow(piece)):
            return False
        own = self.pieces.hull(self.pieces.only(piece))
        rest = self.pieces.hull(self._others(piece) & ~self._held(piece))
        return float((own ^ rest).volume()) >= self.settings.inside * float(own.volume()) > 0

    def _held(self, piece: int) -> NDArray[np.bool_]:
        """(n,) Those whose smaller boxes lie within its box, mostly: the drawers of a case, which stand out."""
        low_m, high_m = self.pieces.low_m, self.pieces.high_m
        extents_m, volumes_m3 = high_m - low_m, (high_m - low_m).prod(axis=1)
        common_m = np.minimum(high_m, high_m[piece]) - np.maximum(low_m, low_m[piece])
        within: NDArray[np.bool_] = np.all(common_m >= _HELD * extents_m, axis=1)
        return within & (volumes_m3 < volumes_m3[piece])

    def _has_handle(self, piece: int, view: View) -> bool:
        """Whether something stands out in front of it: what rides on it, or a little of itself."""
        ends_m = (self.pieces.high_m if view.sign > 0 else -self.pieces.low_m)[:, view.axis]
        riders = (self.hosts == piece) & ~self.pieces.only(piece)
        least_m = self.settings.handle * self.pieces.diagonal_m
        face_m, little = self._face(piece, view)
        stands_out = ends_m[piece] > face_m + least_m and little < _LITTLE
        return stands_out or bool((ends_m[riders] > face_m + least_m).any())

    def _face(self, piece: int, view: View) -> tuple[float, float]:
        """How far out the largest of a piece's sides to the front lies [m], and how much more of it lies before that,
        as part of that side."""
        triangles = self.pieces.corners[self.pieces.of_face == piece]
        normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]) / 2
        area_m2 = view.sign * normals[:, view.axis]
        flat = area_m2 > _FACING * np.linalg.norm(normals, axis=1)
        if not flat.any():
            return float((view.sign * triangles[:, :, view.axis]).max()), 0.0
        depth_m, area_m2 = view.sign * triangles[flat].mean(axis=1)[:, view.axis], area_m2[flat]
        _, of_level = np.unique(np.rint(depth_m / (self.settings.handle * self.pieces.diagonal_m)), return_inverse=True)
        areas_m2 = np.bincount(of_level.reshape(-1), area_m2)
        side = int(areas_m2.argmax())
        face_m = float(depth_m[of_level.reshape(-1) == side].max())
        return face_m, float(area_m2[depth_m > face_m].sum() / areas_m2[side])

    def _touching(self, piece: int) -> float:
        """How much of its surface lies on that of the others."""
        own, _ = self.pieces.mesh(self.pieces.only(piece))
        corners = np.asarray(own.triangles, np.float64)
        face, weights = spread_over_faces(corners, _POINTS)
        points = np.concatenate([np.einsum("kc,kcd->kd", weights, corners[face]), corners.reshape(-1, 3)[:_POINTS]])
        rest, _ = self.pieces.mesh(self._others(piece))
        return float((compute_distances(points, rest) < self.settings.touching * self.pieces.diagonal_m).mean())

    def _others(self, piece: int) -> NDArray[np.bool_]:
        return (self.hosts == np.arange(self.pieces.count)) & ~self.pieces.only(piece)
