"""How much light falls on a surface in a room: from all around, and softly from a window."""

from __future__ import annotations

import numpy as np
import trimesh
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

Array = NDArray[np.float64]

TOWARDS_WINDOW = np.array([0.35, -0.45, 0.82]) / np.linalg.norm([0.35, -0.45, 0.82])
_AMBIENT, _WINDOW = 0.65, 0.45
_WINDOW_SPREAD = 0.25
"""Standard deviation of the direction that the window's light comes from, as an offset to a unit vector."""
_BELOW, _LEVEL, _ABOVE, _HIDDEN = 0.55, 0.75, 1.0, 0.25
"""Light from the table, from the walls, from the ceiling, and back from the object itself."""
_RAYS, _WINDOW_RAYS = 48, 32
_SEED = 5
_OFF_SURFACE = 1e-3


class Room:
    """Light on and around one object, which stands on a table at z = 0."""

    def __init__(self, mesh: trimesh.Trimesh) -> None:
        self._scale = 1 / float(np.abs(mesh.bounds).max())
        self._scene = EmbreeScene()
        TriangleMesh(self._scene, np.ascontiguousarray(mesh.triangles * self._scale, np.float32))

    def irradiance(self, points: Array, normals: Array) -> Array:
        """(n,) for points and unit normals (n, 3), about 1 where nothing is in the way; by casting rays."""
        starts = np.ascontiguousarray((points * self._scale + _OFF_SURFACE * normals), np.float32)
        across = np.cross(normals, np.where(np.abs(normals[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]]))
        across /= np.linalg.norm(across, axis=1, keepdims=True)
        along = np.cross(normals, across)
        around = np.zeros(len(points))
        for x, y, z in _cosine_directions(_RAYS):
            direction = x * across + y * along + z * normals
            sky = np.where(direction[:, 2] > 0, _LEVEL + (_ABOVE - _LEVEL) * direction[:, 2], _BELOW)
            around += np.where(self._is_blocked(starts, direction), _HIDDEN, sky)
        window = np.zeros(len(points))
        for offset in np.random.default_rng(_SEED).normal(0, _WINDOW_SPREAD, (_WINDOW_RAYS, 3)):
            direction = (TOWARDS_WINDOW + offset) / np.linalg.norm(TOWARDS_WINDOW + offset)
            facing = np.clip(normals @ direction, 0, 1)
            window += np.where(self._is_blocked(starts, np.tile(direction, (len(points), 1))), 0, facing)
        return _AMBIENT * around / _RAYS + _WINDOW * window / _WINDOW_RAYS

    def _is_blocked(self, starts: NDArray[np.float32], directions: Array) -> NDArray[np.bool_]:
        hit = self._scene.run(starts, np.ascontiguousarray(directions, np.float32), query="OCCLUDED")
        return np.asarray(hit >= 0)


def _cosine_directions(count: int) -> Array:
    """Spread over the upper half-sphere, as dense as the cosine."""
    number = np.arange(count) + 0.5
    height = np.sqrt(1 - number / count)
    angle = np.pi * (1 + 5**0.5) * number
    width = np.sqrt(1 - height**2)
    return np.stack([width * np.cos(angle), width * np.sin(angle), height], axis=1)
