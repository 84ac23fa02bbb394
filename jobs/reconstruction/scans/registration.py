"""Frames moved onto the surface that all of them make: poses from a tracker drift by a centimetre or two.

Source: Chen and Medioni 1992, "Object modelling by registration of multiple range images" (point to plane), with the
pixel-wise correspondences of Newcombe et al. 2011, "KinectFusion".
"""

from __future__ import annotations

import cv2
import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.scans.frame import Frame

Array = NDArray[np.float64]
_STEP_PX, _ROUNDS = 4, 6
_DIRECTIONS, _EACH_DIRECTION = 1.4, 200
_FIRST_REACH_M, _LAST_REACH_M = 0.05, 0.012
_STEEPEST = 0.3
"""Cosine: what is seen more at a slant is measured badly."""
_FEWEST_PIXELS = 200
_EDGE_PX, _EDGE = 5, 0.05
_STIFFNESS = 1e-3
"""Of the mean information: directions that the surface does not hold, along a bare plane say, stay as they were."""


class Model(RayCaster):
    """A fused surface to register to."""

    def __init__(self, mesh: trimesh.Trimesh) -> None:
        super().__init__(mesh)
        self.vertices, self.faces = np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces)
        self.normals = np.asarray(mesh.face_normals, np.float64)

    def planes(self, camera: Camera, u: Array, v: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
        """What lies behind pixels (n,): a point (n, 3), the normal there (n, 3), and whether anything does (n,)."""
        face, weights, _ = self._cast(camera, u, v)
        a, b, c = self.vertices[self.faces[face]].transpose(1, 0, 2)
        points = a + weights[:, :1] * (b - a) + weights[:, 1:] * (c - a)
        return points, self.normals[face], face >= 0


def register(frame: Frame, model: Model) -> Frame:
    """The frame, moved a little so that its depth lies on the model as well as it can."""
    pixels = _sample(frame, model)
    for reach in np.geomspace(_FIRST_REACH_M, _LAST_REACH_M, _ROUNDS):
        points, normals, away, depth = _compare(frame, model, pixels, reach)
        if len(points) < _FEWEST_PIXELS:
            return frame
        frame = frame.moved(_step(points, normals, away, reach, depth))
    return frame


def measure_misfit_m(frame: Frame, model: Model) -> float | None:
    """Mean distance of what the frame measured from the planes of the model, what is near counting most as it does in
    `register`; None if they have little in common."""
    _, _, away, depth = _compare(frame, model, _sample(frame, model), _FIRST_REACH_M)
    return float(np.average(np.abs(away), weights=depth**-4)) if len(away) >= _FEWEST_PIXELS else None


def _compare(
    frame: Frame, model: Model, pixels: tuple[Array, Array, Array], reach: float
) -> tuple[Array, Array, Array, Array]:
    """What pixels (n,) measured: points (m, 3), the normals of the model behind them (m, 3), how far in front of
    its planes they lie (m,), and their depth (m,) [m]; only those within `reach` and not at a slant."""
    u, v, depth = pixels
    if not len(u):
        return np.zeros((0, 3)), np.zeros((0, 3)), u, depth
    there, normals, counts = model.planes(frame.camera, u, v)
    rays = frame.camera.rays(u, v)
    points = frame.camera.position + rays * depth[:, None]
    away = np.einsum("ij,ij->i", points - there, normals)
    square = np.abs(np.einsum("ij,ij->i", rays, normals)) / np.linalg.norm(rays, axis=1) > _STEEPEST
    near = counts & square & (np.abs(away) < reach)
    return points[near], normals[near], away[near], depth[near]


def _sample(frame: Frame, model: Model) -> tuple[Array, Array, Array]:
    """Pixels u, v [px] and their depth [m], (n,) each: of each direction that the surface faces no more than so many.

    Otherwise a table top outweighs the few pixels that keep the frame from sliding along it. Source: Rusinkiewicz and
    Levoy 2001, "Efficient variants of the ICP algorithm" (normal-space sampling).
    """
    whole = np.where(_is_edge(frame.depth_m), 0, frame.depth_m)
    rows, columns = (index * _STEP_PX for index in np.nonzero(whole[::_STEP_PX, ::_STEP_PX]))
    if not len(rows):
        return np.zeros(0), np.zeros(0), np.zeros(0)
    depth = frame.depth_m[rows, columns].astype(np.float64)
    u, v = columns.astype(np.float64) + 0.5, rows.astype(np.float64) + 0.5
    _, normals, counts = model.planes(frame.camera, u, v)
    seen = np.flatnonzero(counts)
    facing = np.rint(_DIRECTIONS * normals[seen]).astype(np.int64) @ np.array([1, 10, 100])
    chosen = []
    for direction in np.unique(facing):
        those = seen[facing == direction]
        chosen.append(those[:: max(1, len(those) // _EACH_DIRECTION)])
    index = np.sort(np.concatenate(chosen)) if chosen else seen
    return u[index], v[index], depth[index]


def _is_edge(depth_m: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Pixels (h, w) beside a jump in depth, where a sensor mixes what lies before and behind it."""
    around = np.ones((_EDGE_PX, _EDGE_PX), np.uint8)
    return np.asarray(cv2.dilate(depth_m, around) - cv2.erode(depth_m, around) > _EDGE * depth_m)


def _step(points: Array, normals: Array, away: Array, reach: float, depth: Array) -> Array:
    """The small motion (4, 4) that brings points onto their planes, far ones counting less (Tukey's biweight)."""
    weight = np.square(1 - np.square(away / reach)) / depth**4
    centre = points.mean(axis=0)
    J = np.hstack([np.cross(points - centre, normals), normals])
    A = np.einsum("ij,i,ik->jk", J, weight, J)
    A += _STIFFNESS * np.diag(np.diag(A).max() * np.ones(6))
    turn_and_shift = -np.linalg.solve(A, np.einsum("ij,i,i->j", J, weight, away))
    T = np.eye(4)
    T[:3, :3] = Rotation.from_rotvec(turn_and_shift[:3]).as_matrix()
    T[:3, 3] = centre + turn_and_shift[3:] - T[:3, :3] @ centre
    return T
