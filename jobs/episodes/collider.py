"""Colliders as MuJoCo holds them, as triangles."""

# mujoco ships no types (pyright reads nothing but settings in the next line):
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import mujoco
import numpy as np
from scipy.spatial import ConvexHull

from jobs.simulation.simulator import FloatArray

_AROUND = np.linspace(0.0, 2 * np.pi, 32, endpoint=False)
_RING = np.stack([np.cos(_AROUND), np.sin(_AROUND), np.zeros(32)], axis=1)
_UP = np.array([0.0, 0.0, 1.0])


def triangulate_collider(compiled: mujoco.MjModel, geometry: int) -> FloatArray:
    """Triangles (n, 3, 3) [m] of one geometry, wound outwards, in its body's frame.

    MuJoCo moves a mesh to its principal axes and says so in the geometry's pose; this is undone here.

    Raises:
        QhullError: It is flat.
    """
    rotation = np.empty(9)
    mujoco.mju_quat2Mat(rotation, compiled.geom_quat[geometry])
    points = POINTS_ON[mujoco.mjtGeom(compiled.geom_type[geometry])](compiled, geometry)
    vertices = points @ rotation.reshape(3, 3).T + compiled.geom_pos[geometry]
    hull = ConvexHull(vertices)
    triangles = vertices[hull.simplices]
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    inward = (normals * hull.equations[:, :3]).sum(axis=1) < 0
    triangles[inward] = triangles[inward][:, ::-1]
    return triangles


def _on_mesh(compiled: mujoco.MjModel, geometry: int) -> FloatArray:
    mesh = compiled.geom_dataid[geometry]
    first, count = compiled.mesh_vertadr[mesh], compiled.mesh_vertnum[mesh]
    return compiled.mesh_vert[first : first + count]


def _on_box(compiled: mujoco.MjModel, geometry: int) -> FloatArray:
    return np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T * compiled.geom_size[geometry]


def _on_cylinder(compiled: mujoco.MjModel, geometry: int) -> FloatArray:
    radius, half_length, _ = compiled.geom_size[geometry]
    return np.concatenate([radius * _RING + z * _UP for z in (-half_length, half_length)])


def _on_capsule(compiled: mujoco.MjModel, geometry: int) -> FloatArray:
    radius, half_length, _ = compiled.geom_size[geometry]
    ball = _ball(radius)
    return np.concatenate([ball + z * _UP for z in (-half_length, half_length)])


def _on_sphere(compiled: mujoco.MjModel, geometry: int) -> FloatArray:
    return _ball(compiled.geom_size[geometry, 0])


def _ball(radius: float) -> FloatArray:
    """(n, 3) rings from pole to pole, an equator among them."""
    latitudes = np.linspace(-np.pi / 2, np.pi / 2, 17)[1:-1]
    rings = [np.cos(latitude) * _RING + np.sin(latitude) * _UP for latitude in latitudes]
    return radius * np.concatenate([*rings, [_UP, -_UP]])


POINTS_ON = {
    mujoco.mjtGeom.mjGEOM_MESH: _on_mesh,
    mujoco.mjtGeom.mjGEOM_BOX: _on_box,
    mujoco.mjtGeom.mjGEOM_SPHERE: _on_sphere,
    mujoco.mjtGeom.mjGEOM_CYLINDER: _on_cylinder,
    mujoco.mjtGeom.mjGEOM_CAPSULE: _on_capsule,
}
"""(n, 3) [m] points whose convex hull is the geometry, in its own frame, by kind."""
