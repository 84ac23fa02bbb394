"""A table with five things on it, scanned with a depth camera: folders that a user could have made."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import manifold3d
import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial.transform import Rotation

from jobs.contracts.reconstruction import ReconstructionRequest, ScanSource
from jobs.geometry.closed import from_manifold
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.scans.merged import concatenate
from tests.reconstruction.conftest import Bench
from tests.reconstruction.turntable import OPENGL_FROM_OPENCV

Array = NDArray[np.float64]
WIDTH, HEIGHT, FOCAL = 160, 120, 150.0
NOISE_PER_M2 = 1.45e-3
"""Standard deviation of a Kinect's depth at 1 m; it grows with the square of the distance. Source: Khoshelham and
Elberink 2012, "Accuracy and resolution of Kinect depth data for indoor mapping applications"."""
COLOURS = ((190, 160, 120), (200, 60, 50), (60, 90, 190), (60, 150, 80), (210, 180, 50), (120, 60, 140))


def things() -> list[trimesh.Trimesh]:
    """A box, a can, a ball on a foot, a pyramid and an L, apart from each other on z = 0."""
    box = manifold3d.Manifold.cube((0.12, 0.08, 0.1)).rotate((0, 0, 30)).translate((-0.2, 0.1, 0))
    can = manifold3d.Manifold.cylinder(0.11, 0.035, 0.035, 48).translate((0.2, 0.12, 0))
    foot = manifold3d.Manifold.cylinder(0.03, 0.03, 0.03, 48)
    ball = (manifold3d.Manifold.sphere(0.045, 48).translate((0, 0, 0.06)) + foot).translate((0.0, 0.0, 0))
    pyramid = manifold3d.Manifold.cylinder(0.12, 0.08, 0.02, 4).translate((-0.18, -0.14, 0))
    corner = manifold3d.Manifold.cube((0.14, 0.05, 0.06)) + manifold3d.Manifold.cube((0.05, 0.12, 0.06))
    return [from_manifold(solid) for solid in (box, can, ball, pyramid, corner.translate((0.12, -0.18, 0)))]


def table() -> trimesh.Trimesh:
    return from_manifold(manifold3d.Manifold.cube((0.9, 0.8, 0.04)).translate((-0.45, -0.4, -0.04)))


@dataclass
class Tabletop:
    """`depth_m` and `rgb` per frame, and where each was taken from: `T_world_camera` (4, 4), OpenCV axes."""

    depth_m: list[NDArray[np.float64]]
    rgb: list[NDArray[np.uint8]]
    T_world_camera: list[Array]
    K: Array = field(default_factory=lambda: intrinsics())

    @classmethod
    def scanned(cls, meshes: list[trimesh.Trimesh], frames: int = 24, noise: float = NOISE_PER_M2) -> Tabletop:
        """From two rings around the middle, the noise from a fixed seed."""
        whole = concatenate(meshes)
        colours = np.repeat(np.array(COLOURS)[: len(meshes)], [len(mesh.faces) for mesh in meshes], axis=0)
        caster, random = RayCaster(whole), np.random.default_rng(7)
        made = cls([], [], [])
        for index in range(frames):
            angle, elevation = 2 * np.pi * index * 2 / frames, (0.6 if index < frames / 2 else 1.0)
            distance = 0.75 + 0.1 * np.cos(2.3 * index)
            T = look_at(distance * direction(angle, elevation), np.array([0, 0, 0.03]))
            camera = camera_of(T)
            v, u = (part.reshape(-1) for part in np.mgrid[:HEIGHT, :WIDTH] + 0.5)
            depth = caster.reach(camera, u, v).astype(np.float64).reshape(HEIGHT, WIDTH)
            depth += random.normal(size=depth.shape) * noise * np.where(np.isfinite(depth), depth, 0) ** 2
            sight = caster.look(camera, WIDTH, HEIGHT)
            shade = 0.5 + 0.5 * np.abs(np.asarray(whole.face_normals)[sight.face] @ np.array([0.3, 0.4, 0.87]))
            rgb = np.where(sight.silhouette[..., None], colours[sight.face] * shade[..., None], 235)
            made.depth_m.append(np.where(np.isfinite(depth), depth, 0))
            made.rgb.append(rgb.astype(np.uint8))
            made.T_world_camera.append(T)
        return made

    def write_seven_scenes(self, folder: Path, step_m: float = 0.001) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        np.savetxt(folder / "camera-intrinsics.txt", self.K)
        for index, T in enumerate(self.T_world_camera):
            stem = folder / f"frame-{index:06d}"
            save_depth(Path(f"{stem}.depth.png"), self.depth_m[index], step_m)
            Image.fromarray(self.rgb[index]).save(f"{stem}.color.png")
            np.savetxt(f"{stem}.pose.txt", T)

    def write_tum(self, folder: Path) -> None:
        """Colour 5 ms after depth, poses at four times the rate."""
        lists: dict[str, list[str]] = {"rgb": [], "depth": [], "groundtruth": ["# timestamp tx ty tz qx qy qz qw"]}
        for name in ("rgb", "depth"):
            (folder / name).mkdir(parents=True)
        for index, T in enumerate(self.T_world_camera):
            time = 100 + index / 10
            save_depth(folder / f"depth/{time:.6f}.png", self.depth_m[index], 1 / 5000)
            Image.fromarray(self.rgb[index]).save(folder / f"rgb/{time + 0.005:.6f}.png")
            lists["rgb"].append(f"{time + 0.005:.6f} rgb/{time + 0.005:.6f}.png")
            lists["depth"].append(f"{time:.6f} depth/{time:.6f}.png")
            numbers = [*T[:3, 3], *Rotation.from_matrix(T[:3, :3]).as_quat()]
            lists["groundtruth"].append(" ".join(f"{number:.6f}" for number in [time + 0.002, *numbers]))
        for name, lines in lists.items():
            (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
        fx, fy, cx, cy = self.K[0, 0], self.K[1, 1], self.K[0, 2], self.K[1, 2]
        (folder / "intrinsics.txt").write_text(f"{fx} {fy} {cx} {cy}\n")

    def write_redwood(self, folder: Path) -> None:
        for name in ("color", "depth"):
            (folder / name).mkdir(parents=True)
        lines = []
        for index, T in enumerate(self.T_world_camera):
            save_depth(folder / f"depth/{index:06d}.png", self.depth_m[index], 0.001)
            Image.fromarray(self.rgb[index]).save(folder / f"color/{index:06d}.jpg", quality=95)
            lines += [f"{index} {index} {index + 1}", *(" ".join(f"{x:.8f}" for x in row) for row in T)]
        (folder / "trajectory.log").write_text("\n".join(lines) + "\n")
        document = {"width": WIDTH, "height": HEIGHT, "intrinsic_matrix": self.K.T.reshape(-1).tolist()}
        (folder / "camera_intrinsic.json").write_text(json.dumps(document))

    def write_record3d(self, folder: Path) -> None:
        """Y up, cameras that look along -z, colour twice as large as depth, depth as NPY."""
        for name in ("rgbd", "depth"):
            (folder / name).mkdir(parents=True)
        T_arkit_world = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])
        poses = []
        for index, T_world_camera in enumerate(self.T_world_camera):
            np.save(folder / f"depth/{index}.npy", self.depth_m[index].astype(np.float32))
            large = Image.fromarray(self.rgb[index]).resize((2 * WIDTH, 2 * HEIGHT))
            large.save(folder / f"rgbd/{index}.jpg", quality=95)
            T = T_arkit_world @ T_world_camera @ OPENGL_FROM_OPENCV
            poses.append([*Rotation.from_matrix(T[:3, :3]).as_quat(), *T[:3, 3]])
        K = np.diag([2, 2, 1.0]) @ self.K + np.array([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
        document = {"w": 2 * WIDTH, "h": 2 * HEIGHT, "K": K.T.reshape(-1).tolist(), "poses": poses, "fps": 30}
        (folder / "metadata.json").write_text(json.dumps(document))


@cache
def pristine() -> Tabletop:
    """The table with all five things; not to be changed."""
    return Tabletop.scanned([table(), *things()])


def spoilt(change: Callable[[Tabletop], object]) -> Tabletop:
    """A copy of it, changed."""
    whole = pristine()
    copy = Tabletop(
        [d.copy() for d in whole.depth_m], list(whole.rgb), [T.copy() for T in whole.T_world_camera], whole.K.copy()
    )
    change(copy)
    return copy


def request_for(folder: Path, bench: Bench, **changes: object) -> ReconstructionRequest:
    """All files of the folder, as a scan."""
    files = tuple(bench.upload(folder, path) for path in sorted(folder.rglob("*")) if path.is_file())
    source = ScanSource(kind="scan", files=files, depth_unit=changes.pop("depth_unit", None))
    fields = {"schema_version": 1, "profile": "demo", "name": "tabletop", "providers": ("rgbd_fusion",)}
    return ReconstructionRequest.model_validate(fields | {"source": source, "scans": {"passes": 0}} | changes)


def intrinsics() -> Array:
    """As files have it: pixel centres at whole numbers."""
    return np.array([[FOCAL, 0, WIDTH / 2 - 0.5], [0, FOCAL, HEIGHT / 2 - 0.5], [0, 0, 1]])


def camera_of(T_world_camera: Array) -> Camera:
    K = intrinsics()
    K[:2, 2] += 0.5
    T = np.linalg.inv(T_world_camera)
    return Camera(K, T[:3, :3], T[:3, 3])


def direction(angle: float, elevation: float) -> Array:
    return np.array([np.cos(angle) * np.cos(elevation), np.sin(angle) * np.cos(elevation), np.sin(elevation)])


def look_at(position: Array, target: Array) -> Array:
    """(4, 4), camera to world."""
    forward = (target - position) / np.linalg.norm(target - position)
    right = np.cross(forward, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    T = np.eye(4)
    T[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    T[:3, 3] = position
    return T


def save_depth(path: Path, depth_m: NDArray[np.float64], step_m: float) -> None:
    Image.fromarray(np.clip(np.rint(depth_m / step_m), 0, 65535).astype(np.uint16)).save(path)
