"""Photos of an object on a printed capture mat, rendered: a real lens, light, shadow and noise, and what is true."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import manifold3d
import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image

from jobs.geometry.closed import from_manifold
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.mat import Mat

Picture = NDArray[np.float32]

PX_PER_MM = 4
WOOD = np.array([0.55, 0.42, 0.30], np.float32)
PAPER, INK = 0.86, 0.07
LIGHT_M = np.array([0.5, -0.35, 1.1])
AMBIENT = 0.45


def pawn() -> trimesh.Trimesh:
    """A cone with a ball beside its top, 0.1 m high, standing on z = 0: seen from 30 degrees, all of it is seen."""
    foot = manifold3d.Manifold.cylinder(0.07, 0.04, 0.022, 48)
    ball = manifold3d.Manifold.sphere(0.028, 48).translate((0.012, 0.006, 0.072))
    return from_manifold(foot + ball)


@dataclass(frozen=True)
class Stage:
    """`body` stands on the mat, in its frame; `colour` (3,) or per vertex (n, 3), linear 0 to 1.

    `bulge_m`: by how much the middle of the paper's ends curls up. `turning`: the camera and the room stay, the mat
    and what is on it turn.
    """

    mat: Mat
    body: trimesh.Trimesh
    colour: NDArray[np.floating]
    size_px: tuple[int, int] = (640, 480)
    focal_px: float = 620.0
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    noise: float = 0.008
    bulge_m: float = 0.0
    turning: bool = False

    def cameras(self, rings: tuple[tuple[int, float], ...], distance_m: float) -> list[Camera]:
        """Rings of (photos, elevation [deg]) around the mat's middle, each aimed a little elsewhere."""
        target = np.array([0.0, 0.0, self.body.bounds[1, 2] / 2])
        found = []
        for ring, (count, elevation_deg) in enumerate(rings):
            for index in range(count):
                angle, elevation = 2 * np.pi * (index + 0.4 * ring) / count, np.radians(elevation_deg)
                across = np.cos(elevation)
                towards = np.array([across * np.cos(angle), across * np.sin(angle), np.sin(elevation)])
                wobble = 0 if self.turning else 0.004 * np.array([np.sin(3 * index), np.cos(5 * index), 0])
                stretch = 1 if self.turning else 1 + 0.05 * np.sin(2 * index)
                found.append(self._look(target + wobble, towards, distance_m * stretch))
        return found

    def _look(self, target: NDArray[np.float64], towards: NDArray[np.float64], distance_m: float) -> Camera:
        right = np.cross(-towards, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        R = np.stack([right, np.cross(-towards, right), -towards])
        width, height = self.size_px
        K = np.array([[self.focal_px, 0, width / 2 + 3], [0, self.focal_px, height / 2 - 2], [0, 0, 1]])
        return Camera(K, R, -R @ (target + distance_m * towards), self.distortion)

    def photograph(self, camera: Camera, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """The photo (h, w, 3), and where the object is in it, (h, w), both through the lens."""
        colour, mask = self._see(camera)
        x, y = _bend(camera, self.size_px)
        bent = cv2.remap(colour, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        bent = cv2.resize(cv2.GaussianBlur(bent, (0, 0), 0.9), self.size_px, interpolation=cv2.INTER_AREA)
        noisy = bent + np.random.default_rng(seed).normal(0, self.noise, bent.shape)
        inside = cv2.resize(cv2.remap(mask, x, y, cv2.INTER_LINEAR), self.size_px, interpolation=cv2.INTER_AREA)
        return np.rint(255 * np.clip(noisy, 0, 1) ** (1 / 2.2)).astype(np.uint8), inside > 0.5

    def _see(self, camera: Camera) -> tuple[Picture, Picture]:
        """Linear colours and mask at twice the size, without the lens's distortion, with a margin for it."""
        margin = self.size_px[0] // 10
        width, height = (2 * side + 2 * margin for side in self.size_px)
        K = np.array([[1, 0, margin], [0, 1, margin], [0, 0, 1]]) @ np.diag([2.0, 2.0, 1.0]) @ camera.K
        fine = Camera(K, camera.R_camera_world, camera.t_camera_world)
        sight = RayCaster(self.body).look(fine, width, height)
        v, u = np.mgrid[:height, :width] + 0.5
        colour = self._ground(fine, u.reshape(-1), v.reshape(-1)).reshape(height, width, 3)
        colour[sight.silhouette] = self._surface(sight.face[sight.silhouette], sight.barycentric[sight.silhouette])
        return colour, sight.silhouette.astype(np.float32)

    def _surface(self, face: NDArray[np.int32], barycentric: NDArray[np.float32]) -> Picture:
        b, c = barycentric[:, :1], barycentric[:, 1:]
        corners = self.body.faces[face]
        weights = (1 - b - c, b, c)
        normal = sum(w * self.body.vertex_normals[corners[:, k]] for k, w in enumerate(weights))
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        toward = LIGHT_M / np.linalg.norm(LIGHT_M)
        lit = AMBIENT + (1 - AMBIENT) * np.clip(normal @ toward, 0, 1)
        if self.colour.ndim == 1:
            return (lit[:, None] * self.colour).astype(np.float32)
        own = sum(w * self.colour[corners[:, k]] for k, w in enumerate(weights))
        return (lit[:, None] * own).astype(np.float32)

    def _ground(self, camera: Camera, u: NDArray[np.float64], v: NDArray[np.float64]) -> Picture:
        rays = camera.rays(u, v)
        falling = rays[:, 2] < -1e-3
        depth = np.where(falling, -camera.position[2] / np.where(falling, rays[:, 2], -1), 0)
        points = camera.position + depth[:, None] * rays
        if self.bulge_m:  # a cylinder about the page's x axis, met by a fixed point
            half_m = self.mat.board_mm[1] / 2000
            for _ in range(6):
                rise = self.bulge_m * (points[:, 1] / half_m) ** 2
                rise[np.abs(points[:, 1]) > 1.4 * half_m] = 0
                points = camera.position + (depth + rise / np.where(falling, rays[:, 2], -1))[:, None] * rays
        x, y = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        page, inside = self._page(x, y)
        wood = self._wood(x, y) if not self.turning else self._wood(*(0.0003 * np.stack([u, v]).astype(np.float32)))
        colour = np.where(inside[:, None], page[:, None], wood) * self._shade(points)[:, None]
        return np.where(falling[:, None], colour, np.float32([0.25, 0.3, 0.35])).astype(np.float32)

    def _page(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Brightness of the paper at (x, y) [m], and where there is paper."""
        sheet, (margin_x, margin_y) = _sheet(self.mat), self.mat.corner_mm
        column = (x * 1000 + self.mat.board_mm[0] / 2 + margin_x) * PX_PER_MM - 0.5
        row = (self.mat.board_mm[1] / 2 - y * 1000 + margin_y) * PX_PER_MM - 0.5
        inside = (column >= 0) & (row >= 0) & (column < sheet.shape[1] - 1) & (row < sheet.shape[0] - 1)
        return INK + (PAPER - INK) * _sample(sheet, column, row), inside

    def _wood(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> Picture:
        grain = 0.12 * np.sin(160 * x + 6 * np.sin(25 * y)) + 0.05 * np.sin(700 * x + 9 * y)
        return WOOD * (1 + grain[:, None])

    def _shade(self, points: NDArray[np.float64]) -> NDArray[np.float32]:
        """Less light farther from the lamp, and the object's shadow with a soft edge."""
        forward = -LIGHT_M / np.linalg.norm(LIGHT_M)
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        R, side = np.stack([right, np.cross(forward, right), forward]), 600
        lamp = Camera(np.array([[900.0, 0, 300], [0, 900, 300], [0, 0, 1]]), R, -R @ LIGHT_M)
        dark = RayCaster(self.body).look(lamp, side, side).silhouette.astype(np.float32)
        u, v, _ = lamp.project(points)
        shadow = _sample(cv2.GaussianBlur(dark, (0, 0), 4), u.astype(np.float32) - 0.5, v.astype(np.float32) - 0.5)
        near = 1.15 / (1 + np.sum((points[:, :2] - LIGHT_M[:2] / 4) ** 2, axis=1) / 0.5)
        return (near * (1 - (1 - AMBIENT) * shadow)).astype(np.float32)


@cache
def _sheet(mat: Mat) -> Picture:
    """The printed page, black 0 and white 1, a little soft."""
    page = np.full([round(side * PX_PER_MM) for side in mat.page_mm[::-1]], 255, np.uint8)
    board = mat.print_at(PX_PER_MM)
    left, top = (round(margin * PX_PER_MM) for margin in mat.corner_mm)
    page[top : top + board.shape[0], left : left + board.shape[1]] = board
    return cv2.GaussianBlur(page, (0, 0), 0.7).astype(np.float32) / 255


def _sample(plane: Picture, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    padding = -len(x) % 1024
    column, row = (np.pad(part, (0, padding)).reshape(-1, 1024) for part in (x, y))
    blocks = [
        cv2.remap(plane, column[i : i + 4096], row[i : i + 4096], cv2.INTER_LINEAR) for i in range(0, len(column), 4096)
    ]
    return np.concatenate(blocks).reshape(-1)[: len(x)]


def _bend(camera: Camera, size_px: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each half pixel of the photo, where it looks at in the undistorted picture with its margin."""
    margin = size_px[0] // 10
    width, height = 2 * size_px[0], 2 * size_px[1]
    v, u = (np.mgrid[:height, :width] + 0.5) / 2
    pixels = np.stack([u.reshape(-1), v.reshape(-1)], axis=1)
    straight = cv2.undistortPoints(pixels, camera.K, np.array(camera.distortion), P=camera.K).reshape(-1, 2)
    x, y = (straight * 2 + margin - 0.5).astype(np.float32).T
    return x.reshape(height, width), y.reshape(height, width)


def save_photos(stage: Stage, cameras: list[Camera], folder: Path) -> list[NDArray[np.bool_]]:
    """`NN.jpg` in `folder`; the true masks."""
    folder.mkdir(parents=True, exist_ok=True)
    masks = []
    for index, camera in enumerate(cameras):
        picture, mask = stage.photograph(camera, index)
        Image.fromarray(picture).save(folder / f"{index:02d}.jpg", quality=93, subsampling=0)
        masks.append(mask)
    return masks
