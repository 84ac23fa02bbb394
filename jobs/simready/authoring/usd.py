"""The asset as a USD package: UsdPhysics that everything reads, and variants for simulators that want more."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from pathlib import Path

import numpy as np
from pxr import Gf, Kind, Sdf, Tf, Usd, UsdGeom, UsdPhysics, UsdShade, Vt

from jobs.simready.authoring.parts import Parts, PlaceFile
from jobs.simready.authoring.usd_grasps import author_grasps
from jobs.simready.authoring.usd_joint import author_joints
from jobs.simready.authoring.usd_labels import label, label_kind
from jobs.simready.authoring.usd_link import author_link, link_path
from jobs.simready.authoring.usd_material import author_physics_material
from jobs.simready.authoring.usd_metadata import author_metadata
from jobs.simready.authoring.usd_package import main_file, package_folder
from jobs.simready.authoring.usd_variants import author_runtimes


def author_usd(parts: Parts, output: PlaceFile) -> Path:
    """Write the main file (binary), pictures and payloads: Z up, metres, kilograms; see `usd_package` for the folders.

    Returns:
        The main file.
    """
    name = parts.asset.name
    path = output("asset/usd", main_file(name))
    stage = Usd.Stage.CreateInMemory()
    root = _author_root(stage, parts)
    looks = UsdGeom.Scope.Define(stage, root.GetPath().AppendChild("Looks")).GetPath()
    surface = _author_surface(stage, looks, parts)
    colliders = [item for part in parts.links for item in author_link(stage, parts, part, looks, surface, output)]
    joints = author_joints(stage, parts)
    author_grasps(stage, link_path(parts, parts.base.link), parts.grasps)
    author_metadata(stage, parts.asset)
    author_runtimes(stage, colliders, joints, surface, package_folder(name), output)
    stage.GetRootLayer().Export(str(path), args={"format": "usdc"})
    return path


def _author_root(stage: Usd.Stage, parts: Parts) -> Usd.Prim:
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    UsdPhysics.SetStageKilogramsPerUnit(stage, 1.0)
    root = UsdGeom.Xform.Define(stage, f"/{Tf.MakeValidIdentifier(parts.asset.name)}").GetPrim()
    stage.SetDefaultPrim(root)
    Usd.ModelAPI(root).SetKind(Kind.Tokens.component)
    label_kind(root, parts.asset)
    bounds_m = np.array([part.visual.mesh.bounds for part in parts.links])
    low, high = bounds_m[:, 0].min(axis=0), bounds_m[:, 1].max(axis=0)
    hint = Vt.Vec3fArray([Gf.Vec3f(*low.tolist()), Gf.Vec3f(*high.tolist())])
    UsdGeom.ModelAPI.Apply(root).SetExtentsHint(hint)
    return root


def _author_surface(stage: Usd.Stage, looks: Sdf.Path, parts: Parts) -> UsdShade.Material:
    material = author_physics_material(stage, looks.AppendChild("surface"), parts.asset)
    label(material.GetPrim(), "material", parts.asset.material)
    return material
