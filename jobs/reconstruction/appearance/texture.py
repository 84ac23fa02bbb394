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
from jobs.reconstruction.parallel import map_in_threads, parts_of
from jobs.reconstruction.pictures.sampling import sample_between

_FEWEST_TEXELS, _MOST_TEXELS = 1 << 16, 1_400_000
_BEST_SHARE = 0.5
"""Of the weight of the best view of a vertex: views below it would only blur."""
_CHUNK_TEXELS = 1 << 15
_JPEG_QUALITY = 92


@dataclass(frozen=True)
class _Texels:
    """`face` (n,) that each lies on; `weights` (n, 3) of the face's corners."""

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
    best = np.zeros(len(mesh.vertices))
    for sight in sights:
        best[sight.index] = np.maximum(best[sight.index], sight.weight)
    faces = atlas.vertex[atlas.faces]
    shares = [_Share.of(view, sight, best, faces) for view, sight in zip(views, sights, strict=True)]
    vertices, plain = np.asarray(mesh.vertices, np.float32), colours[:, :3].astype(np.float32)
    row, column = np.nonzero(owner >= 0)
    picture = np.zeros((*owner.shape, 3), np.uint8)

    def paint(some: slice) -> None:
        texels = _place(atlas, owner[row[some], column[some]].astype(np.int64), row[some], column[some])
        picture[row[some], column[some]] = _paint(texels, faces, vertices, plain, shares)

    map_in_threads(paint, parts_of(len(row), _CHUNK_TEXELS))
    return _continue_outwards(picture, owner >= 0)


@dataclass(frozen=True)
class _Share:
    """What a view counts for: `weight` (n,) at each vertex; `shows` (m,): whether it does at any corner of a face."""

    view: View
    weight: NDArray[np.float32]
    shows: NDArray[np.bool_]

    @classmethod
    def of(cls, view: View, sight: VertexSight, best: NDArray[np.float64], faces: NDArray[np.int64]) -> _Share:
        weight = np.zeros(len(best), np.float32)
        weight[sight.index] = np.maximum(sight.weight - _BEST_SHARE * best[sight.index], 0)
        return cls(view, weight, weight[faces].max(axis=1) > 0)


def _paint(
    texels: _Texels,
    faces: NDArray[np.int64],
    vertices: NDArray[np.float32],
    plain: NDArray[np.float32],
    shares: Sequence[_Share],
) -> NDArray[np.uint8]:
    """Colours (n, 3) of texels; of the vertices (k, 3) where no view counts for anything."""
    corners = np.take(faces, texels.face, axis=0)
    position = np.einsum("ij,ijk->ik", texels.weights, vertices[corners])
    total, weight = np.zeros((len(position), 3), np.float32), np.zeros(len(position), np.float32)
    for share in shares:
        some = np.flatnonzero(np.take(share.shows, texels.face))
        if not len(some):
            continue
        rgb, inside = _sample(share.view, np.take(position, some, axis=0))
        weights, seen = np.take(texels.weights, some, axis=0), np.take(share.weight, np.take(corners, some, axis=0))
        mine = np.einsum("ij,ij->i", weights, seen) * inside
        total[some] += mine[:, None] * rgb
        weight[some] += mine
    known = weight > 0
    colours = np.einsum("ij,ijk->ik", texels.weights, plain[corners])
    colours[known] = total[known] / weight[known, None]
    return np.clip(np.rint(colours), 0, 255).astype(np.uint8)


def _to_jpeg(picture: NDArray[np.uint8]) -> bytes:
    file = BytesIO()
    Image.fromarray(picture).save(file, format="JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return file.getvalue()


def _choose_texels(mesh: trimesh.Trimesh, views: Sequence[View]) -> int:
    """Twice as many as the photos have pixels for the surface, seen squarely; within bounds."""
    centre = np.asarray(mesh.bounds, np.float64).mean(axis=0)
    pixels = [view.camera.focal_px / np.linalg.norm(view.camera.position - centre) for view in views]
    return int(np.clip(2 * float(mesh.area) * float(np.median(pixels)) ** 2, _FEWEST_TEXELS, _MOST_TEXELS))


def _place(atlas: Atlas, face: NDArray[np.int64], row: NDArray[np.int64], column: NDArray[np.int64]) -> _Texels:
    a, b, c = np.moveaxis(atlas.uv[atlas.faces[face]], 1, 0)
    first, second = b - a, c - a
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    area = np.where(np.abs(area) < 1e-12, 1e-12, area)
    offset = np.column_stack([column + 0.5, row + 0.5]) - a
    v = (offset[:, 0] * second[:, 1] - offset[:, 1] * second[:, 0]) / area
    w = (first[:, 0] * offset[:, 1] - first[:, 1] * offset[:, 0]) / area
    weights = np.clip(np.column_stack([1 - v - w, v, w]), 0, 1)
    weights /= weights.sum(axis=1, keepdims=True)
    return _Texels(face, weights.astype(np.float32))


def _sample(view: View, points: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Colours (n, 3) of a photo where points lie, and whether they lie on the object there."""
    height, width = view.mask.shape
    u, v, depth = view.camera.project_single(points)
    column, row = u.astype(np.int32).clip(0, width - 1), v.astype(np.int32).clip(0, height - 1)
    inside = (depth > 0) & view.mask[row, column] & (u >= 0) & (v >= 0) & (u < width) & (v < height)
    return sample_between(view.shot.rgb, u, v).astype(np.float32), inside


def _continue_outwards(picture: NDArray[np.uint8], known: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Every texel outside takes the colour of the nearest one inside."""
    unknown = (~known).astype(np.uint8)
    _, labels = cv2.distanceTransformWithLabels(unknown, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    label = np.asarray(labels, np.int64)
    source = np.zeros((int(label.max()) + 1, 3), np.uint8)
    source[label[known]] = picture[known]
    return source[label]
