"""Photos, the mesh as the same cameras see it, and where they differ: what a person looks at to believe the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from jobs.geometry.glb_file import vertex_colours
from jobs.reconstruction.appearance.ray_casting import RayCaster, Sight
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.carving.view import View

_VIEWS, _COLUMNS, _TILE_PX, _GAP_PX, _CAPTION_PX = 6, 2, 240, 6, 18
_PAPER, _INK = 255, (40, 40, 40)
_JPEG_QUALITY = 88
_AMBIENT = 0.35
_MESH_ONLY, _PHOTO_ONLY = (225, 40, 40), (40, 90, 225)
_CONTRAST = 4
"""A quarter of full brightness apart is black in the picture of differences."""
_MARGIN = 1.15
_TURNS_DEG, _ELEVATION_DEG, _FOCAL = (30.0, 120.0, 210.0, 300.0), 25.0, 4.0
_LONGEST_CAPTION = 44
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class _Window:
    """A square of a photo, around the object, at the size of a tile."""

    camera: Camera
    rgb: Picture
    mask: NDArray[np.bool_]


def save_contact_sheet(
    path: Path, mesh: trimesh.Trimesh, caster: RayCaster, views: Sequence[View], ious: Sequence[float]
) -> None:
    """Up to six views as a JPEG, the worst one among them: photo, mesh, difference.

    In the difference red is mesh where the photo shows background, blue the other way round; grey is how far colours
    differ, once exposure is made equal.

    Args:
        caster: Of the mesh, which is in the world of the views.
        ious: Of silhouettes, one per view.
    """
    rows = [_compare(mesh, caster, views[number], ious[number]) for number in _choose(ious)]
    _save(path, rows, _COLUMNS)


def save_rendered_sheet(path: Path, mesh: trimesh.Trimesh) -> None:
    """The mesh [Z up] from four sides as a JPEG."""
    caster = RayCaster(mesh)
    tiles = []
    for turn in _TURNS_DEG:
        camera = _look_from(mesh, turn)
        rendered = _render(mesh, caster.look(camera, _TILE_PX, _TILE_PX), camera)
        tiles.append(_captioned([rendered], f"from {turn:.0f} degrees"))
    _save(path, tiles, _COLUMNS)


def _choose(ious: Sequence[float]) -> list[int]:
    """The worst view, and others spread evenly."""
    spread = [round(index) for index in np.linspace(0, len(ious) - 1, min(_VIEWS, len(ious)))]
    worst = int(np.argmin(ious))
    if worst not in spread:
        spread[int(np.argmin(np.abs(np.array(spread) - worst)))] = worst
    return sorted(set(spread))


def _compare(mesh: trimesh.Trimesh, caster: RayCaster, view: View, iou: float) -> Picture:
    window = _cut_out(view, caster, mesh)
    sight = caster.look(window.camera, _TILE_PX, _TILE_PX)
    rendered = _render(mesh, sight, window.camera)
    name = view.name if len(view.name) <= _LONGEST_CAPTION else f"...{view.name[3 - _LONGEST_CAPTION :]}"
    tiles = [window.rgb, rendered, _differ(window, rendered, sight.silhouette)]
    return _captioned(tiles, f"{name}{' (cut)' if view.is_cut else ''}   IoU {iou:.3f}")


def _cut_out(view: View, caster: RayCaster, mesh: trimesh.Trimesh) -> _Window:
    """The object with a margin, whether the photo or the mesh shows more of it."""
    height, width = view.mask.shape
    rows, columns = np.nonzero(view.mask)
    u, v, depth = view.camera.project(np.asarray(mesh.vertices, np.float64))
    u, v = (u, v) if depth.min() > 0 else (columns, rows)
    low = np.clip([min(columns.min(), u.min()), min(rows.min(), v.min())], 0, (width, height))
    high = np.clip([max(columns.max(), u.max()), max(rows.max(), v.max())], 0, (width, height))
    side = max(_MARGIN * float((high - low).max()), 8.0)
    left, top = (low + high - side) / 2
    scale = _TILE_PX / side
    shift = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
    pixels = shift + np.array([[0, 0, scale / 2 - 0.5], [0, 0, scale / 2 - 0.5]])
    size = (_TILE_PX, _TILE_PX)
    rgb = view.shot.rgb if scale > 1 else cv2.GaussianBlur(view.shot.rgb, (0, 0), 0.4 / scale)
    cut = cv2.warpAffine(rgb, pixels, size, borderValue=(_PAPER,) * 3)
    mask = cv2.warpAffine(view.mask.astype(np.uint8) * 255, pixels, size) > 127
    K = np.vstack([shift, [0, 0, 1]]) @ view.camera.K
    camera = Camera(K, view.camera.R_camera_world, view.camera.t_camera_world)
    return _Window(camera, np.asarray(cut, np.uint8), mask)


def _render(mesh: trimesh.Trimesh, sight: Sight, camera: Camera) -> Picture:
    """Vertex colours as they are; a mesh without is grey, lit from the camera."""
    picture = np.full((*sight.face.shape, 3), _PAPER, np.uint8)
    hit = sight.silhouette
    colours = vertex_colours(mesh)
    if colours is None:
        facing = np.abs(np.asarray(mesh.face_normals)[sight.face[hit]] @ camera.R_camera_world[2])
        picture[hit] = np.rint(200 * (_AMBIENT + (1 - _AMBIENT) * facing))[:, None]
        return picture
    u, v = sight.barycentric[hit].T
    corners = colours[np.asarray(mesh.faces)[sight.face[hit]]][..., :3].astype(np.float32)
    picture[hit] = np.rint(np.einsum("ijk,ij->ik", corners, np.column_stack([1 - u - v, u, v])))
    return picture


def _differ(window: _Window, rendered: Picture, silhouette: NDArray[np.bool_]) -> Picture:
    both = window.mask & silhouette
    picture = np.full(rendered.shape, _PAPER, np.uint8)
    if both.any():
        photo, mesh = window.rgb[both].astype(np.float64), rendered[both].astype(np.float64)
        gain = np.median(photo, axis=0) / np.maximum(np.median(mesh, axis=0), 1)
        apart = np.abs(photo - mesh * gain).mean(axis=1)
        picture[both] = np.clip(235 - _CONTRAST * apart, 0, 255)[:, None]
    picture[silhouette & ~window.mask] = _MESH_ONLY
    picture[window.mask & ~silhouette] = _PHOTO_ONLY
    return picture


def _look_from(mesh: trimesh.Trimesh, turn_deg: float) -> Camera:
    """From a little above, so far that all of it is in the picture."""
    turn, elevation = np.radians(turn_deg), np.radians(_ELEVATION_DEG)
    outward = np.array([np.cos(turn) * np.cos(elevation), np.sin(turn) * np.cos(elevation), np.sin(elevation)])
    right = np.array([-np.sin(turn), np.cos(turn), 0.0])
    R_camera_world = np.stack([right, np.cross(-outward, right), -outward])
    centre = np.asarray(mesh.bounds, np.float64).mean(axis=0)
    radius = max(float(np.linalg.norm(mesh.extents)) / 2, 1e-12)
    focal_px = _FOCAL * _TILE_PX
    position = centre + outward * radius * 2 * _FOCAL * _MARGIN
    K = np.array([[focal_px, 0, _TILE_PX / 2], [0, focal_px, _TILE_PX / 2], [0, 0, 1.0]])
    return Camera(K, R_camera_world, -R_camera_world @ position)


def _captioned(tiles: Sequence[Picture], caption: str) -> Picture:
    """Tiles in a row with a gap around, and a line of text below."""
    width = len(tiles) * (_TILE_PX + _GAP_PX) + _GAP_PX
    row = np.full((_TILE_PX + 2 * _GAP_PX + _CAPTION_PX, width, 3), _PAPER, np.uint8)
    for number, tile in enumerate(tiles):
        left = _GAP_PX + number * (_TILE_PX + _GAP_PX)
        row[_GAP_PX : _GAP_PX + _TILE_PX, left : left + _TILE_PX] = tile
    picture = Image.fromarray(row)
    text = caption.encode("ascii", "replace").decode()
    ImageDraw.Draw(picture).text((_GAP_PX, _TILE_PX + _GAP_PX + 3), text, _INK, ImageFont.load_default_imagefont())
    return np.asarray(picture)


def _save(path: Path, tiles: list[Picture], columns: int) -> None:
    tiles += [np.full_like(tiles[0], _PAPER)] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[start : start + columns]) for start in range(0, len(tiles), columns)]
    Image.fromarray(np.vstack(rows)).save(path, format="JPEG", quality=_JPEG_QUALITY)
