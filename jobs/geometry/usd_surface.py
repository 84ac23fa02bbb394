"""One mesh prim as triangles."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pxr import Usd, UsdGeom

from jobs.geometry.errors import TooManyFaces, UnreadableMesh
from jobs.geometry.polygons import fan

_CORNERS = 3


@dataclass(frozen=True)
class Surface:
    """`points` (n, 3) in the prim's own frame; `faces` (m, 3) outward; `sizes` and `corners` of the polygons as
    authored, which colours and texture coordinates are counted by; `places` (m, 3): which of those each face has."""

    points: NDArray[np.float64]
    faces: NDArray[np.int64]
    places: NDArray[np.int64]
    sizes: NDArray[np.int64]
    corners: NDArray[np.int64]

    def turned(self) -> Surface:
        """Inside out."""
        return replace(self, faces=self.faces[:, ::-1], places=self.places[:, ::-1])


def read_surface(name: str, mesh: UsdGeom.Mesh, max_faces: int) -> Surface:
    """The control cage of a mesh prim at its earliest time; polygons become fans, holes are left out.

    Raises:
        UnreadableMesh: Its arrays contradict each other.
        TooManyFaces: By the sizes of its polygons.
    """
    sizes = _array(mesh.GetFaceVertexCountsAttr()).astype(np.int64)
    corners = _array(mesh.GetFaceVertexIndicesAttr()).astype(np.int64)
    points = _array(mesh.GetPointsAttr()).astype(np.float64).reshape(-1, 3)
    path = str(mesh.GetPath())[:80]
    if sizes.min(initial=0) < 0 or sizes.sum() != len(corners):
        raise UnreadableMesh(name, f"'{path}' says {sizes.sum():,} corners and has {len(corners):,}")
    count = int(np.maximum(sizes - 2, 0).sum())
    if count > max_faces or len(points) > _CORNERS * max_faces:
        raise TooManyFaces(name, max(count, len(points) // _CORNERS), max_faces)
    if corners.min(initial=0) < 0 or corners.max(initial=-1) >= len(points):
        raise UnreadableMesh(name, f"a face of '{path}' refers to a vertex that is not one of its {len(points):,}")
    _, places = fan(sizes, corners)
    places = places[np.repeat(~_is_hole(mesh, len(sizes)), np.maximum(sizes - 2, 0))]
    if mesh.GetOrientationAttr().Get() == UsdGeom.Tokens.leftHanded:
        places = places[:, ::-1]
    return Surface(points, corners[places], places, sizes, corners)


def _is_hole(mesh: UsdGeom.Mesh, count: int) -> NDArray[np.bool_]:
    holes = _array(mesh.GetHoleIndicesAttr()).astype(np.int64)
    marked = np.zeros(count, bool)
    marked[holes[(holes >= 0) & (holes < count)]] = True
    return marked


def _array(attribute: Usd.Attribute) -> NDArray[Any]:
    value = attribute.Get(Usd.TimeCode.EarliestTime())
    return np.zeros(0) if value is None else np.asarray(value)
