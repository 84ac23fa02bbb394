"""Pictures of a known solid from known cameras, as a folder that a user could have made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import manifold3d
import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image

from jobs.geometry.closed import from_manifold
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.cameras.camera import Camera

SIDE_PX, VIEWS = 128, 16
OPENGL_FROM_OPENCV = np.diag([1.0, -1.0, -1.0, 1.0])
GREY = (215, 215, 220)


def hammer() -> trimesh.Trimesh:
    """A post with a lopsided head, 0.12 m high, standing on z = 0; no two sides look alike."""
    post = manifold3d.Manifold.cube((0.03, 0.03, 0.1)).translate((-0.015, -0.015, 0))
    head = manifold3d.Manifold.cube((0.09, 0.04, 0.04)).translate((-0.025, -0.02, 0.08))
    return from_manifold(post + head)


def look_at(position: NDArray[np.float64], target: NDArray[np.float64], side_px: int = SIDE_PX) -> Camera:
    forward = (target - position) / np.linalg.norm(target - position)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    R_camera_world = np.stack([right, np.cross(forward, right), forward])
    K = np.array([[1.5 * side_px, 0, side_px / 2], [0, 1.5 * side_px, side_px / 2], [0, 0, 1]])
    return Camera(K, R_camera_world, -R_camera_world @ position)


def ring(target: NDArray[np.float64], distance_m: float, views: int, side_px: int) -> list[Camera]:
    """Two thirds of the cameras 15 degrees above the horizon, the others 50."""
    low = views * 2 // 3
    angles = [(2 * np.pi * i / low, 0.26) for i in range(low)]
    angles += [(2 * np.pi * (i + 0.5) / (views - low), 0.87) for i in range(views - low)]
    directions = [np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)]) for a, e in angles]
    return [look_at(target + distance_m * direction, target, side_px) for direction in directions]


def photograph(mesh: trimesh.Trimesh, camera: Camera, side_px: int) -> NDArray[np.uint8]:
    """Brown on light grey, lit from above, antialiased by four rays a pixel."""
    sight = RayCaster(mesh).look(camera.scaled(2, 2), 2 * side_px, 2 * side_px)
    picture = np.empty((2 * side_px, 2 * side_px, 3))
    picture[:] = GREY
    facing = np.asarray(mesh.face_normals)[sight.face[sight.silhouette]] @ np.array([0.3, 0.4, 0.87])
    picture[sight.silhouette] = np.array([150, 80, 40]) * (0.5 + 0.5 * np.clip(facing, 0, 1))[:, None]
    return np.rint(picture.reshape(side_px, 2, side_px, 2, 3).mean(axis=(1, 3))).astype(np.uint8)


@dataclass
class Turntable:
    """`folder` holds `images/NN.png` and what `write_transforms` puts there."""

    folder: Path
    mesh: trimesh.Trimesh
    cameras: list[Camera]
    side_px: int = SIDE_PX

    @classmethod
    def make(
        cls, folder: Path, mesh: trimesh.Trimesh, views: int = VIEWS, distance_m: float = 0.36, side_px: int = SIDE_PX
    ) -> Turntable:
        made = cls(folder, mesh, ring(mesh.bounds.mean(axis=0), distance_m, views, side_px), side_px)
        (folder / "images").mkdir(parents=True)
        for index, camera in enumerate(made.cameras):
            Image.fromarray(photograph(mesh, camera, side_px)).save(folder / f"images/{index:02d}.png")
        made.write_transforms()
        return made

    def frames(self) -> list[dict[str, object]]:
        frames = []
        for index, camera in enumerate(self.cameras):
            T_world_camera = np.eye(4)
            T_world_camera[:3, :3], T_world_camera[:3, 3] = camera.R_camera_world.T, camera.position
            matrix = (T_world_camera @ OPENGL_FROM_OPENCV).tolist()
            frames.append({"file_path": f"images/{index:02d}.png", "transform_matrix": matrix})
        return frames

    def write_transforms(self, frames: list[dict[str, object]] | None = None, **changes: object) -> None:
        """The cameras as nerfstudio writes them; a change of None leaves a field out."""
        side = self.side_px
        document: dict[str, object] = {"camera_model": "OPENCV", "w": side, "h": side, "units": "m"}
        document |= {"fl_x": 1.5 * side, "fl_y": 1.5 * side, "cx": side / 2, "cy": side / 2}
        document |= {"frames": self.frames() if frames is None else frames} | changes
        kept = {key: value for key, value in document.items() if value is not None}
        (self.folder / "transforms.json").write_text(json.dumps(kept))
