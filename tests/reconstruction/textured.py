"""Photos of things with texture from cameras that are known, but not told: what structure from motion is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import manifold3d
import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import map_coordinates

from jobs.geometry.closed import from_manifold
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.cameras.camera import Camera
from tests.reconstruction.turntable import GREY, look_at

SIDE_PX = 256
GRAIN_M = (0.003, 0.006, 0.014)
"""Sizes of the texture's spots."""


def lump() -> trimesh.Trimesh:
    """A ball on a block, 0.1 m high, standing on z = 0."""
    block = manifold3d.Manifold.cube((0.07, 0.05, 0.05)).translate((-0.035, -0.025, 0))
    ball = manifold3d.Manifold.sphere(0.03, 48).translate((0.005, 0.0, 0.07))
    return from_manifold(block + ball)


GROUND = (120, 140, 150)


def slab(half_m: float = 0.16) -> trimesh.Trimesh:
    """A ground whose top is z = 0."""
    return trimesh.creation.box(bounds=[[-half_m, -half_m, -0.01], [half_m, half_m, 0]])


def room(half_m: float = 2.0) -> trimesh.Trimesh:
    """Walls around everything."""
    return trimesh.creation.box(bounds=[[-half_m] * 3, [half_m] * 3])


@dataclass(frozen=True)
class Thing:
    """A mesh and the texture through it: `contrast` 0 is plain. `moved` (3,): by how much it was shifted [m]."""

    mesh: trimesh.Trimesh
    colour: tuple[float, float, float] = (190, 110, 50)
    contrast: float = 1.0
    grain: float = 1.0
    turned_deg: float = 0.0
    moved: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def at(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Colours (n, 3) of points in the world."""
        angle = np.deg2rad(self.turned_deg)
        R = np.array([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
        own = (points - self.moved) @ R.T
        return np.asarray(self.colour) * (1 + self.contrast * 0.7 * spots(own / self.grain))

    def placed(self) -> trimesh.Trimesh:
        T = trimesh.transformations.rotation_matrix(np.deg2rad(self.turned_deg), (0, 0, 1))
        T[:3, 3] = self.moved
        return self.mesh.copy().apply_transform(T)


def spots(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 1) from -1 to 1, of points (n, 3) [m]."""
    value = sum(map_coordinates(_noise(), points.T / grain + 31, order=1, mode="grid-wrap") for grain in GRAIN_M)
    return np.clip(value, -1, 1)[:, None]


@cache
def _noise() -> NDArray[np.float64]:
    return np.random.default_rng(5).uniform(-1, 1, (48, 48, 48))


def photograph(things: Sequence[Thing], camera: Camera) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The photo (h, w, 3), and where the first thing is in it (h, w)."""
    columns, rows = np.meshgrid(np.arange(SIDE_PX) + 0.5, np.arange(SIDE_PX) + 0.5)
    u, v = columns.ravel(), rows.ravel()
    rays = camera.rays(u, v)
    picture, nearest = np.tile(np.array(GREY, float), (len(u), 1)), np.full(len(u), np.inf)
    mask = np.zeros(len(u), np.bool_)
    for number, thing in enumerate(things):
        depth = RayCaster(thing.placed()).reach(camera, u, v)
        seen = np.isfinite(depth) & (depth < nearest)
        picture[seen] = thing.at(camera.position + rays[seen] * depth[seen, None])
        nearest[seen], mask[seen] = depth[seen], number == 0
    noise = np.random.default_rng(int(abs(camera.position[0]) * 1e6)).normal(0, 1.5, picture.shape)
    rgb = np.rint(np.clip(picture + noise, 0, 255)).astype(np.uint8)
    return rgb.reshape(SIDE_PX, SIDE_PX, 3), mask.reshape(SIDE_PX, SIDE_PX)


def around(count: int, distance_m: float = 0.32, arc_deg: float = 360.0) -> list[Camera]:
    """At alternating heights, each aimed a little elsewhere."""
    found = []
    for index in range(count):
        angle, elevation = np.deg2rad(arc_deg) * index / count, (0.35, 0.75)[index % 2]
        towards = np.array([np.cos(elevation) * np.cos(angle), np.cos(elevation) * np.sin(angle), np.sin(elevation)])
        aim = np.array([0.004 * np.sin(3 * index), 0.004 * np.cos(5 * index), 0.045])
        found.append(look_at(aim + distance_m * (1 + 0.05 * np.sin(2 * index)) * towards, aim, SIDE_PX))
    return found


def save_photos(folder: Path, pictures: Sequence[NDArray[np.uint8]]) -> None:
    for index, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{index:02d}.png")
