"""A picture for the surface, from the photos: finer than colours of vertices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image

from jobs.geometry.glb_file import save_textured_glb
from jobs.reconstruction.appearance.atlas import Atlas, make_atlas
from jobs.reconstruction.appearance.vertex_sight import VertexSight
from jobs.reconstruction.carving.view import View

_FEWEST_TEXELS, _MOST_TEXELS = 1 << 16, 1_400_000
_BEST_SHARE = 0.5
"""Of the weight of the best view of a vertex: views below it would only blur."""
_REMAP_ROW = 4096
_JPEG_QUALITY = 92


@dataclass(frozen=True)
class _Texels:
    """`row`, `column` (n,) in the picture; `face` (n,); `weights` (n, 3) of the face's corners."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    face: NDArray[np.int64]
    weights: NDArray[np.float32]


@dataclass(frozen=True)
class Texture:
    """`picture` (height, width, 3) sRGB; where the mesh's faces lie on it."""

    atlas: Atlas
    picture: NDArray[np.uint8]

    def save(self, mesh: trimesh.Trimesh, path: Path) -> None:
        """Write the mesh that it was baked for, or the same in another size, with the picture on it, as GLB."""
        uv = self.atlas.uv / (self.atlas.width, self.atlas.height)
        vertices = np.asarray(mesh.vertices, np.float64)[self.atlas.vertex]
        save_textured_glb(path, vertices, self.atlas.faces, uv, _to_jpeg(self.picture))


def make_texture(
    mesh: trimesh.Trimesh, colours: NDArray[np.uint8], views: Sequence[View], sights: Sequence[VertexSight]
) -> Texture:
    """Cut the surface into charts and take their colours from the photos.

    Args:
        colours: (n, 4) of the vertices, for what no photo shows.
    """
    atlas = make_atlas(mesh, _choose_texels(mesh, views))
    return Texture(atlas, bake(atlas, mesh, colours, views, sights))


def bake(
    atlas: Atlas,
    mesh: trimesh.Trimesh,
    colours: NDArray[np.uint8],
    views: Sequence[View],
    sights: Sequence[VertexSight],
) -> NDArray[np.uint8]:
    """(height, width, 3) sRGB. Each texel is the mean of the photos that see its face's corners best.

    Weights run linearly between the vertices, so there is no step from one photo to the next. Texels outside the charts
    continue the nearest one inside.
    """
    owner = atlas.rasterise()
    texels = _place(atlas, owner)
    corners = atlas.vertex[atlas.faces[texels.face]]
    position = np.einsum("ij,ijk->ik", texels.weights, np.asarray(mesh.vertices, np.float32)[corners])
    best = np.zeros(len(mesh.vertices))
    for sight in sights:
        best[sight.index] = np.maximum(best[sight.index], sight.weight)
    total, weight = np.zeros((len(position), 3), np.float32), np.zeros(len(position), np.float32)
    for view, sight in zip(views, sights, strict=True):
        share = np.zeros(len(best), np.float32)
        share[sight.index] = np.maximum(sight.weight - _BEST_SHARE * best[sight.index], 0)
        of_face = share[atlas.vertex[atlas.faces]].max(axis=1) > 0
        some = np.flatnonzero(of_face[texels.face])
        if not len(some):
            continue
        rgb, inside = _sample(view, position[some])
        mine = np.einsum("ij,ij->i", texels.weights[some], share[corners[some]]) * inside
        total[some] += mine[:, None] * rgb
        weight[some] += mine
    plain = np.einsum("ij,ijk->ik", texels.weights, colours[corners][..., :3].astype(np.float32))
    known = weight > 0
    plain[known] = total[known] / weight[known, None]
    picture = np.zeros((*owner.shape, 3), np.uint8)
    picture[texels.row, texels.column] = np.clip(np.rint(plain), 0, 255)
    return _continue_outwards(picture, owner >= 0)


def _to_jpeg(picture: NDArray[np.uint8]) -> bytes:
    file = BytesIO()
    Image.fromarray(picture).save(file, format="JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return file.getvalue()


def _choose_texels(mesh: trimesh.Trimesh, views: Sequence[View]) -> int:
    """Twice as many as the photos have pixels for the surface, seen squarely; within bounds."""
    centre = np.asarray(mesh.bounds, np.float64).mean(axis=0)
    pixels = [view.camera.focal_px / np.linalg.norm(view.camera.position - centre) for view in views]
    return int(np.clip(2 * float(mesh.area) * float(np.median(pixels)) ** 2, _FEWEST_TEXELS, _MOST_TEXELS))


def _place(atlas: Atlas, owner: NDArray[np.int32]) -> _Texels:
    row, column = np.nonzero(owner >= 0)
    face = owner[row, column].astype(np.int64)
    a, b, c = np.moveaxis(atlas.uv[atlas.faces], 1, 0)
    first, second = b - a, c - a
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    area = np.where(np.abs(area) < 1e-12, 1e-12, area)
    offset = np.column_stack([column + 0.5, row + 0.5]) - a[face]
    v = (offset[:, 0] * second[face, 1] - offset[:, 1] * second[face, 0]) / area[face]
    w = (first[face, 0] * offset[:, 1] - first[face, 1] * offset[:, 0]) / area[face]
    weights = np.clip(np.column_stack([1 - v - w, v, w]), 0, 1)
    weights /= weights.sum(axis=1, keepdims=True)
    return _Texels(row, column, face, weights.astype(np.float32))


def _sample(view: View, points: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Colours (n, 3) of a photo where points lie, and whether they lie on the object there."""
    height, width = view.mask.shape
    u, v, depth = view.camera.project(points)
    x, y = (u - 0.5).astype(np.float32), (v - 0.5).astype(np.float32)
    column, row = u.astype(np.int64).clip(0, width - 1), v.astype(np.int64).clip(0, height - 1)
    inside = (depth > 0) & view.mask[row, column] & (u >= 0) & (v >= 0) & (u < width) & (v < height)
    pad = -len(x) % _REMAP_ROW
    grid = [np.pad(part, (0, pad)).reshape(-1, _REMAP_ROW) for part in (x, y)]
    rgb = cv2.remap(view.shot.rgb, grid[0], grid[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return rgb.reshape(-1, 3)[: len(x)].astype(np.float32), inside


def _continue_outwards(picture: NDArray[np.uint8], known: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Every texel outside takes the colour of the nearest one inside."""
    unknown = (~known).astype(np.uint8)
    _, labels = cv2.distanceTransformWithLabels(unknown, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    label = np.asarray(labels, np.int64)
    source = np.zeros((int(label.max()) + 1, 3), np.uint8)
    source[label[known]] = picture[known]
    return source[label]
