"""Charts packed into one picture. xatlas packs; the charts are our own, which takes a hundredth of its time."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import trimesh
import xatlas
from numpy.typing import NDArray

from jobs.reconstruction.appearance.charts import Charts, cut_into_charts

PADDING_TEXELS = 4
_APART = 1.1
_COARSENESS = 2
"""Charts are packed by squares of so many texels on a side: a quarter of the cells to try takes half the time."""
_SUBPIXEL_BITS = 4


@dataclass(frozen=True)
class Atlas:
    """`faces` (m, 3) index `uv` (k, 2) [texels, v down, texel centres at .5]; `vertex` (k,): the mesh's."""

    faces: NDArray[np.int64]
    vertex: NDArray[np.int64]
    uv: NDArray[np.float64]
    width: int
    height: int

    def rasterise(self) -> NDArray[np.int32]:
        """(height, width): the face that each texel lies on or touches, -1 where there is none."""
        owner = np.full((self.height, self.width), -1, np.int32)
        scale = 1 << _SUBPIXEL_BITS
        corners = np.rint((self.uv - 0.5) * scale).astype(np.int32)[self.faces]
        for number, corner in enumerate(corners):
            cv2.fillConvexPoly(owner, corner, number, cv2.LINE_8, _SUBPIXEL_BITS)
        return owner


def make_atlas(mesh: trimesh.Trimesh, texels: int) -> Atlas:
    """Charts of a mesh in a picture, with about so many texels on the surface."""
    charts = cut_into_charts(mesh)
    per_unit = float(np.sqrt(texels / max(float(mesh.area), 1e-30)))
    atlas = xatlas.Atlas()
    atlas.add_uv_mesh(_set_apart(charts, per_unit), charts.faces.astype(np.uint32))
    options = xatlas.PackOptions()
    options.texels_per_unit, options.resolution, options.padding = 1 / _COARSENESS, 0, PADDING_TEXELS // _COARSENESS
    atlas.generate(xatlas.ChartOptions(), options)
    corner, faces, uv = atlas.get_mesh(0)
    size = (_COARSENESS * int(atlas.width), _COARSENESS * int(atlas.height))
    return Atlas(faces.astype(np.int64), charts.vertex[corner], uv.astype(np.float64) * size, *size)


def _set_apart(charts: Charts, per_unit: float) -> NDArray[np.float32]:
    """Corners [texels]; charts that touch by chance would be taken for one."""
    chart = np.empty(len(charts.uv), np.int64)
    chart[charts.faces] = charts.chart[:, None]
    uv = charts.uv - charts.uv.min(axis=0)
    columns = int(np.ceil(np.sqrt(chart.max() + 1)))
    place = np.column_stack([chart % columns, chart // columns]) * (_APART * uv.max())
    return ((uv + place) * per_unit).astype(np.float32)
