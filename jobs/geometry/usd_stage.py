"""A USD stage as one mesh."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pxr import Tf, Usd, UsdGeom

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.content import Content, fill_white
from jobs.geometry.errors import EmptyMesh, TooManyFaces, UnreadableMesh, UnsupportedMesh
from jobs.geometry.usd_colours import Colours
from jobs.geometry.usd_layers import open_layers
from jobs.geometry.usd_surface import read_surface

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
    vertices, faces, colours, seen = [], [], [], 0
    places = UsdGeom.XformCache(Usd.TimeCode.EarliestTime())
    painter = Colours(name, folder, limits.max_texture_pixels)
    for mesh in _meshes(name, stage):
        surface = read_surface(name, mesh, limits.max_faces)
        seen += len(surface.faces)
        if seen > limits.max_faces:
            raise TooManyFaces(name, seen, limits.max_faces)
        if not len(surface.faces):
            continue
        rows = np.array(places.GetLocalToWorldTransform(mesh.GetPrim()), np.float64)
        mirrored = np.linalg.det(rows[:3, :3]) < 0
        faces.append((surface.faces[:, ::-1] if mirrored else surface.faces) + sum(map(len, vertices)))
        vertices.append(surface.points @ rows[:3, :3] + rows[3, :3])
        colours.append(painter.of(mesh, surface))
    if not faces:
        raise EmptyMesh(name)
    return Content(
        np.concatenate(vertices),
        np.concatenate(faces),
        fill_white(colours, [len(group) for group in vertices]),
        _metres_per_unit(name, stage),
        y_up=UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.y,
        warnings=tuple(dict.fromkeys(painter.warnings)),
    )


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
