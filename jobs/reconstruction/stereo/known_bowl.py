"""A bowl whose photos and volume are known exactly: what silhouettes cannot tell and stereo must.

Half a hollow ball, open upwards, the origin at the centre of its rim.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.shot import Shot
from jobs.reconstruction.carving.underside import Underside
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.pictures.silhouette import Silhouette

OUTER_M, INNER_M = 0.05, 0.035
VOLUME_M3 = 2 / 3 * np.pi * (OUTER_M**3 - INNER_M**3)
TABLE = Underside(np.array([0.0, 0.0, 1.0]), -OUTER_M, is_known=True)
RINGS = ((10, 10.0), (10, 50.0))
"""Views and elevation [deg]."""
_DISTANCE_M, _SIDE_PX, _FOCAL_PX = 0.3, 144, 310.0
_WAVES, _SEED = 40, 7
_WAVE_PER_M = 700.0
_GREY, _CONTRAST = 0.55, 0.9
Array = NDArray[np.float64]


def photograph_bowl(contrast: float = _CONTRAST) -> list[View]:
    """20 views, all but exact; `contrast` of the pattern on it, 0 for a bowl of one flat colour."""
    views = []
    for ring, (count, elevation_deg) in enumerate(RINGS):
        for number in range(count):
            azimuth, elevation = 2 * np.pi * (number + ring / 2) / count, np.radians(elevation_deg)
            level = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
            position = _DISTANCE_M * (np.cos(elevation) * level + [0, 0, np.sin(elevation)])
            views.append(
                _photograph(
                    f"{elevation_deg:.0f} degrees, {number}",
                    Camera.looking_at_origin(position, _FOCAL_PX, _SIDE_PX),
                    contrast,
                )
            )
    return views


def _photograph(name: str, camera: Camera, contrast: float) -> View:
    v, u = np.mgrid[:_SIDE_PX, :_SIDE_PX] + 0.5
    rays = camera.rays(u.reshape(-1), v.reshape(-1))
    depth = _first_hit(camera.position, rays)
    mask = np.isfinite(depth)
    points = camera.position + np.where(mask, depth, 0)[:, None] * rays
    grey = np.where(mask, _GREY + contrast * _pattern(points), 0.9)
    rgb = np.repeat(np.rint(255 * np.clip(grey, 0, 1)).astype(np.uint8)[:, None], 3, axis=1)
    mask = mask.reshape(_SIDE_PX, _SIDE_PX)
    shot = Shot(name, rgb.reshape(_SIDE_PX, _SIDE_PX, 3), None, camera)
    return View.of(shot, Silhouette(mask, np.zeros_like(mask), is_cut=False))


def _first_hit(position: Array, rays: Array) -> Array:
    """Depth (n,) along rays (n, 3): either side of the shell below the rim's plane, or the rim; inf beside the bowl."""
    hits = [*_ball(position, rays, OUTER_M), *_ball(position, rays, INNER_M)]
    below = [np.where(position[2] + np.where(np.isinf(hit), 0, hit) * rays[:, 2] <= 0, hit, np.inf) for hit in hits]
    rim = -position[2] / np.where(rays[:, 2] == 0, np.nan, rays[:, 2])
    radius = np.linalg.norm(position[:2] + rim[:, None] * rays[:, :2], axis=1)
    on_rim = (rim > 0) & (radius >= INNER_M) & (radius <= OUTER_M)
    return np.min([*below, np.where(on_rim, rim, np.inf)], axis=0)


def _ball(position: Array, rays: Array, radius: float) -> tuple[Array, Array]:
    a, b = np.einsum("ij,ij->i", rays, rays), rays @ position
    inside = b**2 - a * (position @ position - radius**2)
    root = np.sqrt(np.maximum(inside, 0))
    near, far = (np.where(inside > 0, (-b + sign * root) / a, np.inf) for sign in (-1, 1))
    return near, far


def _pattern(points: Array) -> Array:
    """Waves in many directions, some pixels long, about -0.5 to 0.5."""
    rng = np.random.default_rng(_SEED)
    waves = rng.normal(size=(_WAVES, 3)) * _WAVE_PER_M
    return np.sin(points @ waves.T + rng.uniform(0, 2 * np.pi, _WAVES)).mean(axis=1)
