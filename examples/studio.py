"""A studio without a photographer: renders any subject from rings of exactly known cameras, with MuJoCo."""

# MuJoCo ships no type stubs for its spec.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jobs.simulation.offscreen import Offscreen

Matrix = NDArray[np.float64]
AddSubject = Callable[[mujoco.MjSpec], None]
"""Adds the subject's geoms to the world: metres, Z up, its bounding box centred over the origin, standing on z = 0."""

CAMERA = "view"
SIDE_PX = 480
SUPERSAMPLING = 2
FOVY_DEG = 30.0
FRAME_SHARE = 0.95  # of the frame that the subject's bounding sphere fills
RINGS = ((14, 6.0), (12, 32.0), (10, 60.0))  # views, elevation [deg]
BACKGROUND = (0.90, 0.91, 0.93)
JPEG_QUALITY = 90


def photograph(add_subject: AddSubject, extents_m: Matrix, folder: Path) -> None:
    """Write `images/NNN.jpg` and `transforms.json`.

    Args:
        extents_m: (3,) size of the subject's bounding box.
    """
    views = tuple(views_around(extents_m))
    (folder / "images").mkdir(parents=True, exist_ok=True)
    names = [f"images/{k:03d}.jpg" for k in range(len(views))]
    for name, picture in zip(names, render(add_subject, extents_m, views), strict=True):
        Image.fromarray(picture).save(folder / name, quality=JPEG_QUALITY, subsampling=0, optimize=True)
    (folder / "transforms.json").write_text(pretty(_transforms(views, names)))


def views_around(extents_m: Matrix) -> Iterator[Matrix]:
    """Rings of cameras that look at the middle of the subject.

    Yields: T_world_camera (4, 4) [m], OpenGL axes: x right, y up, z towards the viewer.
    """
    target = np.array((0.0, 0.0, extents_m[2] / 2))
    radius_m = float(np.linalg.norm(extents_m)) / 2
    distance_m = radius_m / np.sin(np.radians(FOVY_DEG / 2) * FRAME_SHARE)
    for ring, (count, elevation_deg) in enumerate(RINGS):
        for k in range(count):
            azimuth, elevation = 2 * np.pi * (k + ring / len(RINGS)) / count, np.radians(elevation_deg)
            back = np.array(
                (np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation))
            )
            right = np.array((-np.sin(azimuth), np.cos(azimuth), 0.0))
            T_world_camera = np.eye(4)
            T_world_camera[:3, :3] = np.stack((right, np.cross(back, right), back), axis=1)
            T_world_camera[:3, 3] = target + distance_m * back
            yield T_world_camera


def render(add_subject: AddSubject, extents_m: Matrix, views: tuple[Matrix, ...]) -> Iterator[NDArray[np.uint8]]:
    """(SIDE_PX, SIDE_PX, 3) pictures, averaged from SUPERSAMPLING times as many pixels a side."""
    spec = _empty_studio(extents_m)
    add_subject(spec)
    model = spec.compile()
    data = mujoco.MjData(model)
    with closing(Offscreen(model)) as offscreen:
        for T_world_camera in views:
            model.cam_pos[0] = T_world_camera[:3, 3]
            mujoco.mju_mat2Quat(model.cam_quat[0], T_world_camera[:3, :3].ravel())
            model.light_dir[0] = T_world_camera[:3, :3] @ (-0.45, -0.72, -0.53)  # over the left shoulder
            mujoco.mj_forward(model, data)
            fine = offscreen.picture(data, CAMERA, SIDE_PX * SUPERSAMPLING, SIDE_PX * SUPERSAMPLING)
            coarse = fine.reshape(SIDE_PX, SUPERSAMPLING, SIDE_PX, SUPERSAMPLING, 3).mean(axis=(1, 3))
            yield np.rint(coarse).astype(np.uint8)


def pretty(document: object) -> str:
    return json.dumps(document, indent=1) + "\n"


def _empty_studio(extents_m: Matrix) -> mujoco.MjSpec:
    spec = mujoco.MjSpec()
    spec.stat.extent = float(np.linalg.norm(extents_m))
    spec.visual.global_.offwidth = spec.visual.global_.offheight = SIDE_PX * SUPERSAMPLING
    spec.visual.headlight.ambient = (0.42, 0.42, 0.42)
    spec.visual.headlight.diffuse = (0.30, 0.30, 0.30)
    spec.visual.headlight.specular = (0.0, 0.0, 0.0)
    spec.add_texture(
        name="background",
        type=mujoco.mjtTexture.mjTEXTURE_SKYBOX,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_FLAT,
        rgb1=BACKGROUND,
        rgb2=BACKGROUND,
        width=16,
        height=16 * 6,
    )
    spec.worldbody.add_camera(name=CAMERA, fovy=FOVY_DEG)
    spec.worldbody.add_light(
        type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL,
        castshadow=False,
        diffuse=(0.55, 0.54, 0.52),
        specular=(0.1, 0.1, 0.1),
    )
    return spec


def _transforms(views: tuple[Matrix, ...], names: list[str]) -> dict[str, object]:
    """nerfstudio's document, and `units`. Pixel (0, 0) covers 0..1, so the principal point is at half the size."""
    focal_px = SIDE_PX / 2 / np.tan(np.radians(FOVY_DEG / 2))
    return {
        "camera_model": "OPENCV",
        "units": "m",
        "w": SIDE_PX,
        "h": SIDE_PX,
        "fl_x": focal_px,
        "fl_y": focal_px,
        "cx": SIDE_PX / 2,
        "cy": SIDE_PX / 2,
        "frames": [
            {"file_path": name, "transform_matrix": np.round(T_world_camera, 9).tolist()}
            for name, T_world_camera in zip(names, views, strict=True)
        ],
    }
