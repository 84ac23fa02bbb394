"""A table with scanned everyday objects on it, as a depth camera of a Kinect's kind sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image

from benchmarks.ground_truth import GroundTruth
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.scans.merged import concatenate

Array = NDArray[np.float64]
WIDTH, HEIGHT, FOCAL = 640, 480, 585.0
FRAMES, DISTANCE_M, ELEVATIONS = 90, 0.85, (0.45, 0.75, 1.05)
TABLE_M = (1.2, 0.9, 0.03)
NOISE_PER_M2, STEP_PER_M2 = 1.45e-3, 2.85e-3
"""Standard deviation and step of a Kinect's depth at 1 m; both grow with the square of the distance. Source: Khoshelham
and Elberink 2012, "Accuracy and resolution of Kinect depth data for indoor mapping applications"."""
PLACES = ((-0.35, 0.2, 0.4), (0.0, 0.25, 1.3), (0.33, 0.15, 2.2), (-0.2, -0.2, 3.0), (0.2, -0.18, 5.0))
"""x [m], y [m] and turn [rad] of each object, on z = 0."""


@dataclass(frozen=True)
class Tabletop:
    """`objects` [m] as they stand in the world, Z up, the table's top at z = 0."""

    objects: tuple[trimesh.Trimesh, ...]

    @classmethod
    def of(cls, truths: Sequence[GroundTruth]) -> Tabletop:
        placed = []
        for truth, (x, y, turn) in zip(truths, PLACES, strict=True):
            T = trimesh.transformations.rotation_matrix(turn, (0, 0, 1))
            T[:2, 3] = x, y
            mesh = trimesh.Trimesh(truth.mesh.vertices, truth.mesh.faces, process=False)
            placed.append(mesh.apply_transform(T))
        return cls(tuple(placed))

    def scan(self, folder: Path) -> None:
        """Write frames in the layout of 7-Scenes."""
        folder.mkdir(parents=True)
        K = np.array([[FOCAL, 0, WIDTH / 2 - 0.5], [0, FOCAL, HEIGHT / 2 - 0.5], [0, 0, 1]])
        np.savetxt(folder / "camera-intrinsics.txt", K)
        table = trimesh.creation.box(TABLE_M).apply_translation((0, 0, -TABLE_M[2] / 2))
        whole = concatenate([table, *self.objects])
        caster, normals = RayCaster(whole), np.asarray(whole.face_normals)
        hues = np.random.default_rng(5).integers(60, 220, (len(self.objects) + 1, 3))
        colours = np.repeat(hues, [len(table.faces), *(len(mesh.faces) for mesh in self.objects)], axis=0)
        random = np.random.default_rng(3)
        for index in range(FRAMES):
            T_world_camera = _pose(index)
            camera = _camera(T_world_camera)
            v, u = (part.reshape(-1) for part in np.mgrid[:HEIGHT, :WIDTH] + 0.5)
            depth = caster.reach(camera, u, v).astype(np.float64).reshape(HEIGHT, WIDTH)
            face = caster.look(camera, WIDTH, HEIGHT).face
            rgb = colours[face] * (0.5 + 0.5 * np.abs(normals[face] @ (0.3, 0.4, 0.87)))[..., None]
            stem = folder / f"frame-{index:06d}"
            Image.fromarray(np.where(face[..., None] >= 0, rgb, 235).astype(np.uint8)).save(f"{stem}.color.png")
            Image.fromarray(_measure(depth, random)).save(f"{stem}.depth.png")
            np.savetxt(f"{stem}.pose.txt", T_world_camera)


def _measure(depth_m: Array, random: np.random.Generator) -> NDArray[np.uint16]:
    """[mm], with noise, in steps, 0 where nothing is."""
    hit = np.isfinite(depth_m)
    depth = np.where(hit, depth_m, 0)
    noisy = depth + random.normal(size=depth.shape) * NOISE_PER_M2 * depth**2
    step = np.maximum(STEP_PER_M2 * depth**2, 1e-3)
    return np.where(hit, np.rint(np.rint(noisy / step) * step * 1000), 0).astype(np.uint16)


def _pose(index: int) -> Array:
    """Camera to world (4, 4), on three rings one after the other."""
    ring = index * len(ELEVATIONS) // FRAMES
    angle, elevation = 2 * np.pi * index * len(ELEVATIONS) / FRAMES, ELEVATIONS[ring]
    outward = np.array([np.cos(angle) * np.cos(elevation), np.sin(angle) * np.cos(elevation), np.sin(elevation)])
    right = np.array([-np.sin(angle), np.cos(angle), 0.0])
    T = np.eye(4)
    T[:3, :3] = np.column_stack([right, np.cross(-outward, right), -outward])
    T[:3, 3] = DISTANCE_M * outward + (0, 0, 0.05)
    return T


def _camera(T_world_camera: Array) -> Camera:
    K = np.array([[FOCAL, 0, WIDTH / 2], [0, FOCAL, HEIGHT / 2], [0, 0, 1]])
    R_camera_world = T_world_camera[:3, :3].T
    return Camera(K, R_camera_world, -R_camera_world @ T_world_camera[:3, 3])
