"""Colours as a picture: MuJoCo cannot show colours of vertices, and a picture keeps what a coarser mesh would lose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial import KDTree

from jobs.geometry.z_curve import z_curve_3d

_SIDE_TEXELS = 8
_TEXELS_BETWEEN_POINTS = 2.0
"""Where few faces carry many colours (a box with a label), a face gets as many texels as its share of them, doubled
either way: half of a block lies beyond its triangle."""
_MARGIN_TEXELS = 1.0
_MAX_PICTURE_TEXELS = 1024
_NEIGHBOURS = 3
_COINCIDENT_M = 1e-9


@dataclass(frozen=True)
class Texture:
    """`uv` (m, 3, 2): of the faces' corners, origin lower left. `picture`: sRGB, first row on top."""

    uv: NDArray[np.float64]
    picture: Image.Image

    @cached_property
    def png(self) -> bytes:
        """The picture as a file; it goes to several places."""
        file = BytesIO()
        self.picture.save(file, "PNG")
        return file.getvalue()


def bake_texture(
    vertices_m: NDArray[np.float64],
    faces: NDArray[np.int64],
    known_m: KDTree,
    colours: NDArray[np.uint8],
) -> Texture:
    """Give each face a square block of texels of its own, coloured by the nearest points of known colour.

    Blocks lie along a Z-curve in the picture, in the order of a Z-curve through space: neighbouring blocks belong to
    neighbouring faces, so the blur of a distant view (mipmaps) mixes colours that belong together.

    Args:
        vertices_m: (n, 3) of the mesh to be coloured.
        faces: (m, 3)
        known_m: Over (k, 3), where colours are known.
        colours: (k, 3) sRGB there.
    """
    cells = 1 << int(np.ceil(np.log2(max(1, len(faces))) / 2))
    wanted = max(_SIDE_TEXELS, int(np.ceil(_TEXELS_BETWEEN_POINTS * np.sqrt(known_m.n / max(1, len(faces))))))
    side = max(2, min(wanted, _MAX_PICTURE_TEXELS // cells))
    corners = vertices_m[faces]
    place = np.empty(len(faces), np.int64)
    place[np.argsort(z_curve_3d(corners.mean(axis=1)), kind="stable")] = np.arange(len(faces))
    cell_xy = _z_curve_inverse_2d(place)

    margin = _MARGIN_TEXELS if side >= 4 else 0.5
    texels = np.stack(np.meshgrid(np.arange(side) + 0.5, np.arange(side) + 0.5, indexing="ij"), -1).reshape(-1, 2)
    weights = (texels - margin) / (side - 2 * margin)
    overshoot = np.maximum(1.0, weights.sum(axis=1, keepdims=True))
    weights = np.clip(weights / overshoot, 0.0, 1.0)
    edges = corners[:, 1:] - corners[:, :1]
    points = corners[:, None, 0] + np.einsum("tk,mkd->mtd", weights, edges)
    blended = _blend(points.reshape(-1, 3), known_m, colours)

    picture = np.zeros((cells * side, cells * side, 3), np.uint8)
    at = (cell_xy[:, None] * side + np.floor(texels).astype(np.int64)[None]).reshape(-1, 2)
    picture[cells * side - 1 - at[:, 1], at[:, 0]] = blended
    triangle = np.array([[margin, margin], [side - margin, margin], [margin, side - margin]])
    uv = (cell_xy[:, None] * side + triangle[None]) / (cells * side)
    return Texture(uv, Image.fromarray(picture))


def _blend(points_m: NDArray[np.float64], known_m: KDTree, colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(n, 3) mean colour of the three nearest points, by inverse distance."""
    distance_m, nearest = known_m.query(points_m, k=min(_NEIGHBOURS, known_m.n))
    weights = 1 / (distance_m.reshape(len(points_m), -1) + _COINCIDENT_M)
    weights /= weights.sum(axis=1, keepdims=True)
    near = colours[nearest.reshape(len(points_m), -1)].astype(float)
    return np.rint(np.einsum("nk,nkc->nc", weights, near)).astype(np.uint8)


def _z_curve_inverse_2d(position: NDArray[np.int64]) -> NDArray[np.int64]:
    """(m, 2) cell at a position along a Z-curve."""
    bits = np.arange(16)
    return np.stack([((position[:, None] >> (2 * bits + axis) & 1) << bits).sum(axis=1) for axis in (0, 1)], axis=-1)
