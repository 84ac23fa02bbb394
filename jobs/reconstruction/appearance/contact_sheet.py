"""Photos beside the mesh as the same cameras see it: what a person looks at to believe the rest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image

from jobs.geometry.glb_file import vertex_colours
from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.carving.view import View

_PAIRS, _COLUMNS, _TILE_PX, _GAP_PX = 6, 2, 320, 6
_PAPER = 255
_JPEG_QUALITY = 88
_AMBIENT = 0.35


def save_contact_sheet(path: Path, mesh: trimesh.Trimesh, views: Sequence[View]) -> None:
    """Up to six pairs of photo and re-rendered mesh, spread over the views, as a JPEG."""
    chosen = sorted({round(index) for index in np.linspace(0, len(views) - 1, min(_PAIRS, len(views)))})
    caster = RayCaster(mesh)
    pairs = [np.hstack([_tile(views[i].shot.rgb), _tile(_render(caster, mesh, views[i]))]) for i in chosen]
    pairs += [np.full_like(pairs[0], _PAPER)] * (-len(pairs) % _COLUMNS)
    rows = [np.hstack(pairs[start : start + _COLUMNS]) for start in range(0, len(pairs), _COLUMNS)]
    Image.fromarray(np.vstack(rows)).save(path, format="JPEG", quality=_JPEG_QUALITY)


def _render(caster: RayCaster, mesh: trimesh.Trimesh, view: View) -> NDArray[np.uint8]:
    """Vertex colours as they are; a mesh without is grey, lit from the camera."""
    height, width = view.mask.shape
    sight = caster.look(view.camera, width, height)
    picture = np.full((height, width, 3), _PAPER, np.uint8)
    hit = sight.silhouette
    faces = np.asarray(mesh.faces)[sight.face[hit]]
    colours = vertex_colours(mesh)
    if colours is None:
        forward = view.camera.R_camera_world[2]
        facing = np.abs(np.asarray(mesh.face_normals)[sight.face[hit]] @ forward)
        picture[hit] = np.rint(200 * (_AMBIENT + (1 - _AMBIENT) * facing))[:, None]
        return picture
    u, v = sight.barycentric[hit].T
    corners = colours[faces][..., :3].astype(np.float32)
    picture[hit] = np.rint(np.einsum("ijk,ij->ik", corners, np.column_stack([1 - u - v, u, v])))
    return picture


def _tile(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Fitted into a square, with a gap around it."""
    height, width = picture.shape[:2]
    factor = _TILE_PX / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    tile = np.full((_TILE_PX + 2 * _GAP_PX, _TILE_PX + 2 * _GAP_PX, 3), _PAPER, np.uint8)
    top, left = (tile.shape[0] - size[1]) // 2, (tile.shape[1] - size[0]) // 2
    tile[top : top + size[1], left : left + size[0]] = small
    return tile
