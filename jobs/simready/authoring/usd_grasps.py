"""Where a gripper can take hold of the asset, in USD: a line from finger to finger."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Sequence

from pxr import Gf, Sdf, Usd, UsdGeom, Vt

from jobs.contracts.grasps import Grasp

_LINE_WIDTH = 0.02
"""Part of the line's length."""


def author_grasps(stage: Usd.Stage, body: Sdf.Path, grasps: Sequence[Grasp]) -> None:
    """Author a line between the contacts of each grasp, in the order given, below the body that is held.

    Lines are guides: nobody renders them and nothing collides with them. What they cannot say (approach, width,
    quality, whether it held) is in their custom data. Source: NVIDIA SimReady Foundation, requirement GSP.001.
    """
    if not grasps:
        return
    folder = UsdGeom.Scope.Define(stage, body.AppendChild("Grasps")).GetPath()
    for index, grasp in enumerate(grasps):
        line = UsdGeom.BasisCurves.Define(stage, folder.AppendChild(f"grasp_identifier_{index:03d}"))
        line.CreateTypeAttr(UsdGeom.Tokens.linear)
        line.CreatePurposeAttr(UsdGeom.Tokens.guide)
        line.CreatePointsAttr(Vt.Vec3fArray([Gf.Vec3f(*contact) for contact in grasp.contacts_m]))
        line.CreateCurveVertexCountsAttr([2])
        line.CreateWidthsAttr([_LINE_WIDTH * grasp.width_m])
        line.SetWidthsInterpolation(UsdGeom.Tokens.constant)
        line.CreateExtentAttr(UsdGeom.Boundable.ComputeExtentFromPlugins(line, Usd.TimeCode.Default()))
        line.GetPrim().SetCustomData(_describe(grasp))


def _describe(grasp: Grasp) -> dict[str, object]:
    """USD multiplies points from the left: its matrices are the transposes of ours."""
    said: dict[str, object] = {
        "T_object_grasp": Gf.Matrix4d(*map(list, zip(*grasp.T_object_grasp, strict=True))),
        "width_m": grasp.width_m,
        "quality": grasp.quality,
    }
    return said if grasp.held is None else {**said, "held": grasp.held}
