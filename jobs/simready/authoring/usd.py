"""The asset as USD: one rigid body with UsdPhysics, for Isaac Sim, Newton and everything else that reads it."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from pathlib import Path

from pxr import Gf, Kind, Sdf, Tf, Usd, UsdGeom, UsdPhysics, UsdSemantics, Vt

from jobs.contracts.simready import Asset
from jobs.simready.authoring.parts import Parts, PlaceFile
from jobs.simready.authoring.usd_collider import author_collider
from jobs.simready.authoring.usd_material import author_physics_material, author_visual_material, bind
from jobs.simready.authoring.usd_mesh import author_mesh, author_texture_coordinates
from jobs.simready.physics.principal_axes import compute_principal_axes

TEXTURE_FILE = "texture.png"


def author_usd(parts: Parts, output: PlaceFile) -> Path:
    """Write `usd/<name>.usd` (binary) and its texture: Z up, metres, kilograms.

    Returns:
        The USD file.
    """
    path = output("asset/usd", f"usd/{parts.asset.name}.usd")
    if parts.base.visual.texture is not None:
        output("asset/usd_file", f"usd/{TEXTURE_FILE}").write_bytes(parts.base.visual.texture.png)
    stage = Usd.Stage.CreateInMemory()
    root = _author_root(stage, parts)
    _author_rigid_body(root, parts.asset)
    looks = UsdGeom.Scope.Define(stage, root.GetPath().AppendChild("Looks")).GetPath()
    _author_visual(stage, root.GetPath(), looks, parts)
    _author_colliders(stage, root.GetPath(), looks, parts)
    stage.GetRootLayer().Export(str(path), args={"format": "usdc"})
    return path


def _author_root(stage: Usd.Stage, parts: Parts) -> Usd.Prim:
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    UsdPhysics.SetStageKilogramsPerUnit(stage, 1.0)
    root = UsdGeom.Xform.Define(stage, f"/{Tf.MakeValidIdentifier(parts.asset.name)}").GetPrim()
    stage.SetDefaultPrim(root)
    Usd.ModelAPI(root).SetKind(Kind.Tokens.component)
    UsdSemantics.LabelsAPI.Apply(root, "class").CreateLabelsAttr([parts.asset.name])
    low, high = parts.base.visual.mesh.bounds
    hint = Vt.Vec3fArray([Gf.Vec3f(*low.tolist()), Gf.Vec3f(*high.tolist())])
    UsdGeom.ModelAPI.Apply(root).SetExtentsHint(hint)
    return root


def _author_rigid_body(root: Usd.Prim, asset: Asset) -> None:
    moments, axes_wxyz = compute_principal_axes(asset.inertia_kg_m2)
    UsdPhysics.RigidBodyAPI.Apply(root)
    mass = UsdPhysics.MassAPI.Apply(root)
    mass.CreateMassAttr(asset.mass_kg.value)
    mass.CreateCenterOfMassAttr(Gf.Vec3f(*asset.center_of_mass_m))
    mass.CreateDiagonalInertiaAttr(Gf.Vec3f(*moments))
    mass.CreatePrincipalAxesAttr(Gf.Quatf(axes_wxyz[0], Gf.Vec3f(*axes_wxyz[1:])))


def _author_visual(stage: Usd.Stage, root: Sdf.Path, looks: Sdf.Path, parts: Parts) -> None:
    folder = UsdGeom.Xform.Define(stage, root.AppendChild("visuals")).GetPath()
    mesh = author_mesh(stage, folder.AppendChild("mesh"), parts.base.visual.mesh)
    texture = parts.base.visual.texture
    if texture is not None:
        author_texture_coordinates(mesh, texture.uv)
    path = looks.AppendChild("visual")
    material = author_visual_material(stage, path, None if texture is None else f"./{TEXTURE_FILE}")
    UsdSemantics.LabelsAPI.Apply(material.GetPrim(), "material").CreateLabelsAttr([parts.asset.material])
    bind(mesh.GetPrim(), material)


def _author_colliders(stage: Usd.Stage, root: Sdf.Path, looks: Sdf.Path, parts: Parts) -> None:
    folder = UsdGeom.Xform.Define(stage, root.AppendChild("collisions")).GetPath()
    material = author_physics_material(stage, looks.AppendChild("surface"), parts.asset)
    UsdSemantics.LabelsAPI.Apply(material.GetPrim(), "material").CreateLabelsAttr([parts.asset.material])
    for index, shape in enumerate(parts.base.shapes):
        collider = author_collider(stage, folder.AppendChild(f"{shape.kind}_{index:03d}"), shape)
        bind(collider, material, purpose="physics")
