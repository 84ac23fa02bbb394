"""STEP (AP214): a solid with one flat face for every triangle, by Open CASCADE."""

# cadquery-ocp is an extra that is not always installed, and ships no types.
# pyright: reportMissingImports=false, reportMissingModuleSource=false, reportAttributeAccessIssue=false

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import manifold3d
import numpy as np

from jobs.geometry.closed import from_manifold, to_manifold
from jobs.reconstruction.formats.errors import FormatMismatch, FormatUnavailable
from jobs.reconstruction.formats.writer import Original, Triangles, Written

_MOST_FACES = 20_000
"""A face costs 1 kB of file and 0.7 ms: more are of no use in a CAD program."""
_FIRST_TOLERANCE, _TOLERANCE_STEP = 1e-4, 1.4
_MM_PER_M = 1000.0
_WRITTEN_AT, _NUMBERED = re.compile(rb"'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d'"), re.compile(rb"'object \d+'")
"""What would make the bytes differ from one time to the next."""


@dataclass(frozen=True)
class Step:
    """See `MeshWriter`. Written in millimetres, as CAD programs do, and saying so."""

    precision: float = 1e-6

    def require_available(self) -> None:
        """Raises: FormatUnavailable."""
        try:
            import OCP  # noqa: F401  # it is asked for, not used
        except ModuleNotFoundError as error:
            remedy = "Run `pip install -e '.[reconstruction-step]' -c constraints.txt` (1 GB)."
            raise FormatUnavailable("step", "the package 'cadquery-ocp' is not installed", remedy) from error

    def write(self, original: Original, folder: Path) -> Written:
        """Raises: OpenMesh: It is no solid. FormatUnavailable: The library refuses."""
        from OCP.Interface import Interface_Static
        from OCP.STEPControl import STEPControl_StepModelType, STEPControl_Writer

        solid, moved_m = _simplify(to_manifold(original.mesh, "mesh.glb"))
        mesh = from_manifold(solid)
        _silence()
        writer = STEPControl_Writer()
        Interface_Static.SetCVal_s("write.step.unit", "MM")
        Interface_Static.SetIVal_s("write.surfacecurve.mode", 0)
        Interface_Static.SetCVal_s("write.step.product.name", "object")
        writer.Transfer(_build(mesh.vertices * _MM_PER_M, mesh.faces), STEPControl_StepModelType.STEPControl_AsIs)
        path = folder / "mesh.step"
        _require_done(writer.Write(str(path)))
        dated = _WRITTEN_AT.sub(b"'2010-01-01T00:00:00'", path.read_bytes(), count=1)
        path.write_bytes(_NUMBERED.sub(b"'object'", dated, count=2))
        return Written(path, moved_m=moved_m)

    def read_back(self, path: Path) -> Triangles:
        """Corners of the faces of the one solid in the file.

        Raises:
            FormatMismatch: It is not one valid solid of triangles.
        """
        from OCP.STEPControl import STEPControl_Reader

        _silence()
        reader = STEPControl_Reader()
        _require_done(reader.ReadFile(str(path)))
        reader.TransferRoots()
        points = np.array(_corners(reader.OneShape()), np.float64) / _MM_PER_M
        return points, np.arange(len(points)).reshape(-1, 3)


def _simplify(solid: manifold3d.Manifold) -> tuple[manifold3d.Manifold, float]:
    """With few enough faces, and the tolerance [m] that it took; 0 if it was left as it is."""
    if solid.num_tri() <= _MOST_FACES:
        return solid, 0.0
    low, high = np.reshape(solid.bounding_box(), (2, 3))
    tolerance_m = _FIRST_TOLERANCE * float(np.linalg.norm(high - low))
    while (simple := solid.simplify(tolerance_m)).num_tri() > _MOST_FACES:
        tolerance_m *= _TOLERANCE_STEP
    return simple, tolerance_m


def _build(vertices: np.ndarray, faces: np.ndarray) -> Any:
    """A solid of flat faces that share their edges and vertices."""
    from OCP.BRep import BRep_Builder
    from OCP.BRepBuilderAPI import (
        BRepBuilderAPI_MakeEdge,
        BRepBuilderAPI_MakeFace,
        BRepBuilderAPI_MakeVertex,
        BRepBuilderAPI_MakeWire,
    )
    from OCP.gp import gp_Pnt
    from OCP.TopoDS import TopoDS, TopoDS_Shell, TopoDS_Solid

    points = [BRepBuilderAPI_MakeVertex(gp_Pnt(*point)).Vertex() for point in vertices.tolist()]
    edges: dict[tuple[int, int], Any] = {}
    builder, shell, solid = BRep_Builder(), TopoDS_Shell(), TopoDS_Solid()
    builder.MakeShell(shell)
    for a, b, c in faces.tolist():
        wire = BRepBuilderAPI_MakeWire()
        for start, end in ((a, b), (b, c), (c, a)):
            if (end, start) in edges:
                wire.Add(TopoDS.Edge(edges[end, start].Reversed()))
            else:
                edges[start, end] = BRepBuilderAPI_MakeEdge(points[start], points[end]).Edge()
                wire.Add(edges[start, end])
        builder.Add(shell, BRepBuilderAPI_MakeFace(wire.Wire(), True).Face())
    shell.Closed(True)
    builder.MakeSolid(solid)
    builder.Add(solid, shell)
    return solid


def _corners(shape: Any) -> list[tuple[float, float, float]]:
    from OCP.BRep import BRep_Tool
    from OCP.BRepCheck import BRepCheck_Analyzer
    from OCP.BRepTools import BRepTools, BRepTools_WireExplorer
    from OCP.TopAbs import TopAbs_ShapeEnum
    from OCP.TopExp import TopExp_Explorer
    from OCP.TopoDS import TopoDS

    if _count(shape, TopAbs_ShapeEnum.TopAbs_SOLID) != 1 or not BRepCheck_Analyzer(shape).IsValid():
        raise FormatMismatch("step", "it is not one valid solid")
    found: list[tuple[float, float, float]] = []
    faces = TopExp_Explorer(shape, TopAbs_ShapeEnum.TopAbs_FACE)
    while faces.More():
        face = TopoDS.Face(faces.Current())
        walk = BRepTools_WireExplorer(BRepTools.OuterWire_s(face), face)
        before = len(found)
        while walk.More():
            point = BRep_Tool.Pnt_s(walk.CurrentVertex())
            found.append((point.X(), point.Y(), point.Z()))
            walk.Next()
        if len(found) != before + 3:
            raise FormatMismatch("step", f"a face has {len(found) - before} corners")
        faces.Next()
    return found


def _count(shape: Any, kind: Any) -> int:
    from OCP.TopExp import TopExp_Explorer

    found, explorer = 0, TopExp_Explorer(shape, kind)
    while explorer.More():
        found += 1
        explorer.Next()
    return found


def _require_done(status: Any) -> None:
    from OCP.IFSelect import IFSelect_ReturnStatus

    if status != IFSelect_ReturnStatus.IFSelect_RetDone:
        raise FormatMismatch("step", f"Open CASCADE says {status}")


def _silence() -> None:
    """Its messages would stand between the lines that a job is read by."""
    from OCP.Message import Message

    Message.DefaultMessenger_s().ChangePrinters().Clear()
