"""A USD stage as one mesh."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pxr import Tf, Usd, UsdGeom

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.colour_points import spread_over_parts
from jobs.geometry.content import Content, fill_white
from jobs.geometry.errors import EmptyMesh, TooManyFaces, UnreadableMesh, UnsupportedMesh
from jobs.geometry.usd_colours import Between, Colours
from jobs.geometry.usd_layers import open_layers
from jobs.geometry.usd_surface import Surface, read_surface

_MOST_PRIMS = 1_000_000
_HELPERS = (UsdGeom.Tokens.guide, UsdGeom.Tokens.proxy)
"""Purposes of what is not the object itself: colliders, handles, stand-ins."""
_IGNORED = ("BasisCurves", "NurbsCurves", "HermiteCurves", "Points")
"""They have no volume."""


def read_stage(name: str, root: Path, limits: MeshLimits) -> Content:
    """Every visible mesh of the stage at its earliest time, placed; instances each time.

    Args:
        name: What messages call it.
        root: The root layer.

    Raises:
        UnreadableMesh, UnsupportedMesh, ReferenceLeavesFolder, MeshFileTooLarge, TooManyFaces, EmptyMesh: See there.
    """
    layers = open_layers(name, root, limits.max_file_bytes)
    try:
        stage = Usd.Stage.Open(layers[0])
        _require_composed(name, stage)
        return _read(name, stage, root.parent, limits)
    except Tf.ErrorException as error:
        raise UnreadableMesh(name, "the USD library finds it damaged") from error


def _read(name: str, stage: Usd.Stage, folder: Path, limits: MeshLimits) -> Content:
    parts = _place(name, stage, limits)
    if not parts:
        raise EmptyMesh(name)
    painter = Colours(name, folder, limits.max_texture_pixels)
    points, painted = [], []
    for part, (face, weights) in zip(parts, spread_over_parts([part.triangles for part in parts]), strict=True):
        painted.append(painter.of(part.mesh, part.surface, Between(part.surface.places[face], weights)))
        points.append(np.einsum("kc,kcd->kd", weights, part.triangles[face]))
    counts = [len(part.vertices) for part in parts]
    firsts = np.cumsum([0, *counts[:-1]])
    pictured = any(colours.has_picture for colours in painted)
    return Content(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.surface.faces + first for part, first in zip(parts, firsts, strict=True)]),
        fill_white([colours.points for colours in painted], counts),
        _metres_per_unit(name, stage),
        y_up=UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.y,
        warnings=tuple(dict.fromkeys(painter.warnings)),
        points=np.concatenate(points) if pictured else None,
        point_colours=fill_white([colours.between for colours in painted], [*map(len, points)]) if pictured else None,
        names=tuple(_name(part.mesh.GetPrim()) for part in parts),
        object_of_face=np.repeat(np.arange(len(parts)), [len(part.surface.faces) for part in parts]),
    )


@dataclass(frozen=True)
class _Part:
    """`vertices` (n, 3) in the stage; a mirrored mesh's surface is turned, so that it faces outward there."""

    mesh: UsdGeom.Mesh
    surface: Surface
    vertices: NDArray[np.float64]

    @property
    def triangles(self) -> NDArray[np.float64]:
        """(m, 3, 3)"""
        return self.vertices[self.surface.faces]


def _place(name: str, stage: Usd.Stage, limits: MeshLimits) -> list[_Part]:
    """Raises: TooManyFaces, and as `read_surface`."""
    parts, seen = [], 0
    places = UsdGeom.XformCache(Usd.TimeCode.EarliestTime())
    for mesh in _meshes(name, stage):
        surface = read_surface(name, mesh, limits.max_faces)
        seen += len(surface.faces)
        if seen > limits.max_faces:
            raise TooManyFaces(name, seen, limits.max_faces)
        if not len(surface.faces):
            continue
        rows = np.array(places.GetLocalToWorldTransform(mesh.GetPrim()), np.float64)
        if np.linalg.det(rows[:3, :3]) < 0:
            surface = surface.turned()
        parts.append(_Part(mesh, surface, surface.points @ rows[:3, :3] + rows[3, :3]))
    return parts


def _name(prim: Usd.Prim) -> str:
    """A mesh's, or that of the transform that holds nothing but it: there exporters put what the object is called."""
    parent = prim.GetParent()
    alone = not parent.IsPseudoRoot() and len(parent.GetAllChildren()) == 1 and not parent.GetParent().IsPseudoRoot()
    return str((parent if alone else prim).GetName())


def _meshes(name: str, stage: Usd.Stage) -> Iterator[UsdGeom.Mesh]:
    """Raises: UnsupportedMesh: A piece of the object is not a mesh, so that it would be missing."""
    walk = iter(Usd.PrimRange(stage.GetPseudoRoot(), Usd.TraverseInstanceProxies()))
    for count, prim in enumerate(walk):
        if count > _MOST_PRIMS:
            raise UnreadableMesh(name, f"it has more than {_MOST_PRIMS:,} prims")
        imageable = UsdGeom.Imageable(prim)
        if not imageable:
            continue
        if imageable.ComputeVisibility(Usd.TimeCode.EarliestTime()) == UsdGeom.Tokens.invisible:
            walk.PruneChildren()
        elif imageable.ComputePurpose() in _HELPERS or prim.GetTypeName() in _IGNORED:
            continue
        elif prim.IsA(UsdGeom.Mesh):
            yield UsdGeom.Mesh(prim)
        elif prim.IsA(UsdGeom.Gprim) or prim.IsA(UsdGeom.PointInstancer):
            raise UnsupportedMesh(name, f"a {prim.GetTypeName()} ('{prim.GetPath()}')")


def _require_composed(name: str, stage: Usd.Stage) -> None:
    problems = stage.GetCompositionErrors()
    if problems:
        first = str(problems[0]).strip().splitlines()[0][:200]
        raise UnreadableMesh(name, f"its layers do not fit together ({first})")


def _metres_per_unit(name: str, stage: Usd.Stage) -> float | None:
    """Where it is said: the specification's fallback of one centimetre is taken by writers that never thought of it."""
    if not UsdGeom.StageHasAuthoredMetersPerUnit(stage):
        return None
    metres = float(UsdGeom.GetStageMetersPerUnit(stage))
    if not math.isfinite(metres) or metres <= 0:
        raise UnreadableMesh(name, f"it says that one unit is {metres:g} m")
    return metres
