"""The picture beside the guess from several sides: what a person looks at before believing it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image

from jobs.geometry.glb_file import vertex_colours
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.single_view.subject import Subject

_TILE_PX = 320
_VIEWS_DEG = ((0, 15), (60, 15), (120, 15), (180, 15))
"""Azimuth, counter-clockwise from the front, and elevation."""
_DISTANCE, _FILLED = 4.0, 0.85
"""Of the camera, in diagonals; share of the tile that the diagonal fills."""
_PAPER, _AMBIENT, _JPEG_QUALITY = 255, 0.45, 88


def save_sheet(path: Path, subject: Subject, mesh: trimesh.Trimesh) -> None:
    """The object cut out of the picture, then the mesh from the front, both sides and behind, as a JPEG."""
    cut_out = np.where(subject.mask[..., None], subject.rgb, np.uint8(_PAPER))
    caster = RayCaster(mesh)
    renders = [_render(caster, mesh, _camera(mesh, *view)) for view in _VIEWS_DEG]
    Image.fromarray(np.hstack([_tile(cut_out), *renders])).save(path, format="JPEG", quality=_JPEG_QUALITY)


def _render(caster: RayCaster, mesh: trimesh.Trimesh, camera: Camera) -> NDArray[np.uint8]:
    """Vertex colours, a little shaded so that the shape is seen."""
    sight = caster.look(camera, _TILE_PX, _TILE_PX)
    picture = np.full((_TILE_PX, _TILE_PX, 3), _PAPER, np.uint8)
    hit = sight.silhouette
    colours = vertex_colours(mesh)
    assert colours is not None  # every guess is painted
    u, v = sight.barycentric[hit].T
    corners = colours[np.asarray(mesh.faces)[sight.face[hit]]][..., :3].astype(np.float32)
    facing = np.abs(np.asarray(mesh.face_normals)[sight.face[hit]] @ camera.R_camera_world[2])
    shade = _AMBIENT + (1 - _AMBIENT) * facing
    picture[hit] = np.rint(np.einsum("ijk,ij->ik", corners, np.column_stack([1 - u - v, u, v])) * shade[:, None])
    return picture


def _camera(mesh: trimesh.Trimesh, azimuth_deg: float, elevation_deg: float) -> Camera:
    azimuth, elevation = np.radians([azimuth_deg, elevation_deg])
    back = np.array([np.sin(azimuth), -np.cos(azimuth), 0.0]) * np.cos(elevation) + [0, 0, np.sin(elevation)]
    right = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
    R_camera_world = np.stack([right, np.cross(right, back), -back])
    focal_px = _FILLED * _DISTANCE * _TILE_PX
    K = np.array([[focal_px, 0, _TILE_PX / 2], [0, focal_px, _TILE_PX / 2], [0, 0, 1]])
    position = mesh.bounds.mean(axis=0) + _DISTANCE * float(np.linalg.norm(mesh.extents)) * back
    return Camera(K, R_camera_world, -R_camera_world @ position)


def _tile(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Fitted into a square."""
    height, width = picture.shape[:2]
    factor = _FILLED * _TILE_PX / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    tile = np.full((_TILE_PX, _TILE_PX, 3), _PAPER, np.uint8)
    top, left = (_TILE_PX - size[1]) // 2, (_TILE_PX - size[0]) // 2
    tile[top : top + size[1], left : left + size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return tile
