"""Photos of a known mesh as a person takes them: two rounds about a table, indoor light, an ordinary camera.

What is realistic about them: light from all around and softly from one side with the shadows that belong to it, on the
object and on the table; some gloss; a table and a wall that fade into each other; lens blur, noise, JPEG; and cameras
that are known as well as a bundle adjustment knows them, not exactly.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial.transform import Rotation

from benchmarks.glaze import Coat
from benchmarks.lighting import TOWARDS_WINDOW, Room
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.cameras.camera import Camera

Array = NDArray[np.float64]
Plane = NDArray[np.float32]

RINGS = ((18, 10.0), (18, 50.0))
"""Views and elevation [deg]: what a person does who walks round a table, once bent down and once upright."""
FOV_DEG = 30.0
FRAME_SHARE = 0.95
"""Of the frame that the subject's bounding sphere fills."""
NOISE = 2 / 255
BLUR_PX = 0.5
JPEG_QUALITY = 92
ROTATION_DEG, POSITION = 0.01, 2e-4
"""Standard deviations by which the written cameras differ from the true ones; the second of the distance. Together
they move the picture by 0.4 px at 800 px, which is a usual reprojection error."""
_GLOSS, _SHININESS = 0.05, 25
_TABLE = (0.80, 0.81, 0.80)
_FADING, _VIGNETTING = 0.25, 0.18
_TABLE_RADII, _TABLE_SAMPLES = 4.0, 160
_SUPERSAMPLING = 2
_GAMMA = np.float32(1 / 2.2)
_LEAST_FACES = 10_000
_OPENGL_FROM_OPENCV = np.diag([1.0, -1.0, -1.0, 1.0])


class Photographer:
    """Of one mesh, standing on z = 0 with its bounding box centred over the origin [m]."""

    def __init__(self, mesh: trimesh.Trimesh, coat: Coat) -> None:
        self._coat, self._radius, self._height = coat, coat.radius, float(mesh.extents[2])
        self._vertices, self._faces, self._uv = _subdivide(mesh, coat.texture is not None)
        smooth = trimesh.Trimesh(self._vertices, self._faces, process=False)
        self._caster = RayCaster(smooth)
        room = Room(smooth)
        self._normals = _shared_normals(self._vertices, self._faces)
        self._light = room.irradiance(self._vertices, self._normals).astype(np.float32)
        self._reach = _TABLE_RADII * self._radius
        grid = np.linspace(-self._reach, self._reach, _TABLE_SAMPLES)
        x, y = (part.reshape(-1) for part in np.meshgrid(grid, grid, indexing="xy"))
        up = np.tile([0.0, 0.0, 1.0], (len(x), 1))
        table = room.irradiance(np.stack([x, y, np.zeros(len(x))], axis=1), up)
        table = (table / np.median(table.reshape(_TABLE_SAMPLES, -1)[0])).astype(np.float32)
        self._table = table.reshape(_TABLE_SAMPLES, _TABLE_SAMPLES)

    def shoot(self, folder: Path, side_px: int, seed: int = 0) -> None:
        """Write `images/NNN.jpg` and `transforms.json`."""
        rng = np.random.default_rng(seed)
        (folder / "images").mkdir(parents=True, exist_ok=True)
        frames: list[dict[str, object]] = []
        cameras = list(self.cameras(side_px))
        for number, camera in enumerate(cameras):
            name = f"images/{number:03d}.jpg"
            light = cv2.GaussianBlur(self.picture(camera, side_px), (0, 0), BLUR_PX)
            noisy = np.clip(light + rng.normal(0, NOISE, light.shape), 0, 1)
            Image.fromarray(np.rint(255 * noisy).astype(np.uint8)).save(folder / name, quality=JPEG_QUALITY)
            frames.append({"file_path": name, "transform_matrix": _estimate(camera, self._distance, rng).tolist()})
        focal = cameras[0].focal_px
        document = {"camera_model": "OPENCV", "units": "m", "w": side_px, "h": side_px, "fl_x": focal, "fl_y": focal}
        document |= {"cx": side_px / 2, "cy": side_px / 2, "frames": frames}
        (folder / "transforms.json").write_text(json.dumps(document))

    def cameras(self, side_px: int) -> Iterator[Camera]:
        """Where they truly stand."""
        target = np.array([0, 0, self._height / 2])
        focal = side_px / 2 / np.tan(np.radians(FOV_DEG / 2))
        K = np.array([[focal, 0, side_px / 2], [0, focal, side_px / 2], [0, 0, 1]])
        for ring, (views, elevation_deg) in enumerate(RINGS):
            for view in range(views):
                azimuth, elevation = 2 * np.pi * (view + ring / 2) / views, np.radians(elevation_deg)
                level = np.array([np.cos(azimuth), np.sin(azimuth), 0])
                position = target + self._distance * (np.cos(elevation) * level + [0, 0, np.sin(elevation)])
                forward = (target - position) / self._distance
                right = np.array([-np.sin(azimuth), np.cos(azimuth), 0])
                R = np.stack([right, np.cross(forward, right), forward])
                yield Camera(K, R, -R @ position)

    def picture(self, camera: Camera, side_px: int) -> Plane:
        """(side, side, 3) sRGB in 0..1, before lens and sensor."""
        side = _SUPERSAMPLING * side_px
        sight = self._caster.look(camera.scaled(_SUPERSAMPLING, _SUPERSAMPLING), side, side)
        rows, columns = np.nonzero(sight.silhouette)
        layer = np.zeros((side, side, 4), np.float32)
        layer[rows, columns, :3] = self._shade(camera, sight.face[rows, columns], sight.barycentric[rows, columns])
        layer[rows, columns, 3] = 1
        object_ = cv2.resize(layer, (side_px, side_px), interpolation=cv2.INTER_AREA)
        linear = object_[..., :3] + (1 - object_[..., 3:]) * self._surroundings(camera, side_px)
        return (np.clip(linear, 0, 1) ** _GAMMA).astype(np.float32)

    @property
    def _distance(self) -> float:
        return self._radius / float(np.sin(np.radians(FOV_DEG / 2) * FRAME_SHARE))

    def _shade(self, camera: Camera, face: NDArray[np.int32], barycentric: Plane) -> Plane:
        corners = self._faces[face]
        weights = np.column_stack([1 - barycentric.sum(axis=1), barycentric])

        def at(values: NDArray[np.floating]) -> Plane:
            return np.einsum("ij,ij...->i...", weights, values[corners]).astype(np.float32)

        points, normals = at(self._vertices), at(self._normals)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        towards = camera.position.astype(np.float32) - points
        halfway = towards / np.linalg.norm(towards, axis=1, keepdims=True) + TOWARDS_WINDOW.astype(np.float32)
        halfway /= np.linalg.norm(halfway, axis=1, keepdims=True)
        gloss = _GLOSS * np.clip(np.einsum("ij,ij->i", normals, halfway), 0, 1) ** _SHININESS
        colours = self._coat.colours(points, None if self._uv is None else at(self._uv))
        return colours * at(self._light)[:, None] + gloss[:, None].astype(np.float32)

    def _surroundings(self, camera: Camera, side_px: int) -> Plane:
        """The table with the object's shadow, fading into the wall; (side, side, 3) linear."""
        v, u = np.mgrid[:side_px, :side_px] + 0.5
        rays = camera.rays(u.reshape(-1), v.reshape(-1)).astype(np.float32)
        fall = np.minimum(rays[:, 2], np.float32(-1e-4))
        ground = camera.position[:2] - rays[:, :2] * (camera.position[2] / fall)[:, None]
        place = ((ground + self._reach) / (2 * self._reach) * (_TABLE_SAMPLES - 1)).astype(np.float32)
        place = place.reshape(side_px, side_px, 2)
        shadow = cv2.remap(
            self._table, place[..., 0], place[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=1
        )
        slope = (rays[:, 2] / np.linalg.norm(rays, axis=1)).reshape(side_px, side_px)
        fading = 1 - _FADING * np.clip(np.abs(slope + _FADING), 0, 1)
        corner = 1 - _VIGNETTING * (((u / side_px - 0.5) ** 2) + (v / side_px - 0.5) ** 2)
        return ((shadow * fading * corner)[..., None] * np.array(_TABLE)).astype(np.float32)


def _subdivide(mesh: trimesh.Trimesh, textured: bool) -> tuple[Array, NDArray[np.int64], Array | None]:
    """Vertices, faces and texture coordinates with so many faces that light can be kept per vertex."""
    vertices, faces = np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64)
    attributes = {"uv": np.asarray(getattr(mesh.visual, "uv", None), np.float64)} if textured else {}
    while len(faces) < _LEAST_FACES:
        finer: Any = trimesh.remesh.subdivide(vertices, faces, vertex_attributes=attributes)
        vertices, faces, attributes = finer
    return vertices, faces, attributes.get("uv")


def _shared_normals(vertices: Array, faces: NDArray[np.int64]) -> Array:
    """Vertex normals (n, 3) that do not know of the seams of a texture."""
    _, first, index = np.unique(np.round(vertices, 9), axis=0, return_index=True, return_inverse=True)
    index = index.reshape(-1)
    merged = trimesh.Trimesh(vertices[first], index[faces], process=False)
    return np.asarray(merged.vertex_normals, np.float64)[index]


def _estimate(camera: Camera, distance: float, rng: np.random.Generator) -> Array:
    """T_world_camera (4, 4) in OpenGL's axes, as an adjustment would have found it."""
    turn = Rotation.from_rotvec(rng.normal(0, np.radians(ROTATION_DEG), 3)).as_matrix()
    T_world_camera = np.eye(4)
    T_world_camera[:3, :3] = (turn @ camera.R_camera_world).T
    T_world_camera[:3, 3] = camera.position + rng.normal(0, POSITION * distance, 3)
    return np.round(T_world_camera @ _OPENGL_FROM_OPENCV, 9)
