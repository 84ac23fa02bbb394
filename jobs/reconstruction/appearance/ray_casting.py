"""A mesh seen by a camera: what is in front at each pixel, and how far it is. Embree does the work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from jobs.reconstruction.cameras.camera import Camera

_CHUNK_RAYS = 1 << 20


@dataclass(frozen=True)
class Sight:
    """Per pixel: `face` (h, w), -1 where nothing is, and `barycentric` (h, w, 2)."""

    face: NDArray[np.int32]
    barycentric: NDArray[np.float32]

    @property
    def silhouette(self) -> NDArray[np.bool_]:
        return self.face >= 0


class RayCaster:
    """Casts one ray through the centre of each pixel.

    Embree works in float32 with fixed tolerances, so the mesh is moved to the origin and scaled to unit size for it.
    """

    def __init__(self, mesh: trimesh.Trimesh) -> None:
        vertices = np.array(mesh.vertices, np.float64)  # the mesh may be moved later
        self._centre = vertices.mean(axis=0)
        self._scale = 1 / max(float(np.abs(vertices - self._centre).max()), 1e-12)
        self._vertices = vertices
        corners = ((vertices - self._centre) * self._scale).astype(np.float32)
        self._scene = EmbreeScene()
        TriangleMesh(self._scene, corners, np.asarray(mesh.faces, np.int32))

    @property
    def middle(self) -> NDArray[np.float64]:
        """(3,) of the mesh's bounds."""
        return (self._vertices.min(axis=0) + self._vertices.max(axis=0)) / 2

    def look(self, camera: Camera, width: int, height: int) -> Sight:
        """What the camera sees in a picture of this size."""
        left, top, right, bottom = self._window(camera, width, height)
        face = np.full((height, width), -1, np.int32)
        barycentric = np.zeros((height, width, 2), np.float32)
        if left < right and top < bottom:
            v, u = np.mgrid[top:bottom, left:right] + 0.5
            window = np.s_[top:bottom, left:right]
            shape = (bottom - top, right - left)
            found, weights, _ = self._cast(camera, u.reshape(-1), v.reshape(-1))
            face[window] = found.reshape(shape)
            barycentric[window] = weights.reshape(*shape, 2)
        return Sight(face, barycentric)

    def reach(self, camera: Camera, u: NDArray[np.floating], v: NDArray[np.floating]) -> NDArray[np.float32]:
        """Depth of what is in front at pixels (n,); inf where nothing is."""
        return self._cast(camera, u, v)[2]

    def meets(self, camera: Camera, u: NDArray[np.floating], v: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Whether anything is at pixels (n,)."""
        origin, rays = self._from(camera, u, v)
        return np.asarray(self._scene.run(origin, rays, query="OCCLUDED")) == 0

    def leave(self, camera: Camera, u: NDArray[np.floating], v: NDArray[np.floating]) -> NDArray[np.float32]:
        """Depth at which the rays through pixels (n,) leave the mesh for good; inf where they miss it."""
        rays = camera.rays(u, v)
        beyond = 2 * float(np.linalg.norm((camera.position - self._centre) * self._scale) + np.sqrt(3)) / self._scale
        starts = ((camera.position + beyond * rays - self._centre) * self._scale).astype(np.float32)
        backwards = np.ascontiguousarray(-rays, np.float32)
        hit = self._scene.run(np.ascontiguousarray(starts), backwards, query="INTERSECT", output=1)
        return np.where(hit["primID"] >= 0, beyond - hit["tfar"] / self._scale, np.inf).astype(np.float32)

    def _window(self, camera: Camera, width: int, height: int) -> tuple[int, int, int, int]:
        """The part of the picture that the mesh can be in; all of it if the mesh reaches behind the camera."""
        u, v, depth = camera.project(self._vertices)
        if depth.min() <= 0:
            return 0, 0, width, height
        low = np.floor([u.min(), v.min()]).astype(int)
        high = np.ceil([u.max(), v.max()]).astype(int)
        return max(low[0], 0), max(low[1], 0), min(high[0], width), min(high[1], height)

    def _cast(
        self, camera: Camera, u: NDArray[np.floating], v: NDArray[np.floating]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
        faces, weights, depths = [], [], []
        for start in range(0, len(u), _CHUNK_RAYS):
            part = np.s_[start : start + _CHUNK_RAYS]
            hit = self._scene.run(*self._from(camera, u[part], v[part]), query="INTERSECT", output=1)
            faces.append(hit["primID"])
            weights.append(np.column_stack([hit["u"], hit["v"]]))
            depths.append(np.where(hit["primID"] >= 0, hit["tfar"] / self._scale, np.inf).astype(np.float32))
        return np.concatenate(faces), np.concatenate(weights), np.concatenate(depths)

    def _from(
        self, camera: Camera, u: NDArray[np.floating], v: NDArray[np.floating]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where the rays through pixels (n,) begin, and their directions, (n, 3) each, as Embree has the mesh."""
        rays = np.ascontiguousarray(camera.rays(u, v), np.float32)
        origin = ((camera.position - self._centre) * self._scale).astype(np.float32)
        return np.tile(origin, (len(rays), 1)), rays
