"""The scene as USD: every asset's own USD by reference, where it rests."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import trimesh
from pxr import Gf, Kind, Sdf, Tf, Usd, UsdGeom, UsdPhysics, UsdShade

from jobs.contracts.assembly import AssembledScene, PlacedObject
from jobs.simready.assembly.start import split_transform
from jobs.simready.assembly.surface import Surface
from jobs.simready.authoring.usd_material import author_visual_material, bind
from jobs.simready.authoring.usd_mesh import author_mesh
from jobs.simready.physics.materials import Material

OBJECTS = Sdf.Path("/World/objects")
_SUPPORTS = Sdf.Path("/World/supports")


def author_scene_usd(
    scene: AssembledScene, surfaces: Sequence[Surface], files: Mapping[str, Path], material: Material, path: Path
) -> None:
    """Write the scene: a physics scene, supports that stand still, and the assets by reference to their own files.

    Args:
        scene: Where each object is.
        surfaces: The supports.
        files: USD file of each object, below the folder of `path`.
        material: Of the supports.
        path: Where to, as text.
    """
    stage = Usd.Stage.CreateNew(str(path))
    _author_world(stage, scene)
    _author_surfaces(stage, surfaces, material)
    for prim, item in zip(unique_identifiers(item.name for item in scene.objects), scene.objects, strict=True):
        file = files[item.name].relative_to(path.parent).as_posix()
        _author_object(stage, OBJECTS.AppendChild(prim), item, f"./{file}")
    stage.Save()


def unique_identifiers(names: Iterable[str]) -> tuple[str, ...]:
    """A USD identifier for each name; those that USD cannot tell apart get a number."""
    taken: dict[str, None] = {}
    for name in names:
        plain = identifier = Tf.MakeValidIdentifier(name)
        number = 1
        while identifier in taken:
            number += 1
            identifier = f"{plain}_{number}"
        taken[identifier] = None
    return tuple(taken)


def _author_world(stage: Usd.Stage, scene: AssembledScene) -> None:
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    UsdPhysics.SetStageKilogramsPerUnit(stage, 1.0)
    world = UsdGeom.Xform.Define(stage, OBJECTS.GetParentPath()).GetPrim()
    stage.SetDefaultPrim(world)
    Usd.ModelAPI(world).SetKind(Kind.Tokens.assembly)
    for group in (OBJECTS, _SUPPORTS):
        Usd.ModelAPI(UsdGeom.Xform.Define(stage, group).GetPrim()).SetKind(Kind.Tokens.group)
    physics = UsdPhysics.Scene.Define(stage, world.GetPath().AppendChild("physics"))
    physics.CreateGravityDirectionAttr(Gf.Vec3f(0, 0, -1))
    physics.CreateGravityMagnitudeAttr(scene.gravity_m_s2)


def _author_surfaces(stage: Usd.Stage, surfaces: Sequence[Surface], material: Material) -> None:
    looks = UsdGeom.Scope.Define(stage, _SUPPORTS.AppendChild("Looks")).GetPath()
    seen = author_visual_material(stage, looks.AppendChild("visual"), None)
    felt = UsdShade.Material.Define(stage, looks.AppendChild("surface"))
    physics = UsdPhysics.MaterialAPI.Apply(felt.GetPrim())
    physics.CreateStaticFrictionAttr(material.static_friction.value)
    physics.CreateDynamicFrictionAttr(material.dynamic_friction.value)
    physics.CreateRestitutionAttr(material.restitution.value)
    for prim, surface in zip(unique_identifiers(surface.name for surface in surfaces), surfaces, strict=True):
        block = trimesh.creation.box(surface.size_m)
        block.apply_translation(surface.middle_m)
        mesh = author_mesh(stage, _SUPPORTS.AppendChild(prim), block)
        UsdPhysics.CollisionAPI.Apply(mesh.GetPrim())
        UsdPhysics.MeshCollisionAPI.Apply(mesh.GetPrim()).CreateApproximationAttr(UsdPhysics.Tokens.convexHull)
        bind(mesh.GetPrim(), seen)
        bind(mesh.GetPrim(), felt, purpose="physics")


def _author_object(stage: Usd.Stage, path: Sdf.Path, item: PlacedObject, file: str) -> None:
    prim = UsdGeom.Xform.Define(stage, path)
    prim.GetPrim().GetReferences().AddReference(file)
    Usd.ModelAPI(prim).SetAssetName(item.name)
    position_m, (w, x, y, z) = split_transform(np.array(item.T_scene_object))
    prim.ClearXformOpOrder()
    prim.AddTranslateOp(UsdGeom.XformOp.PrecisionDouble).Set(Gf.Vec3d(*position_m.tolist()))
    prim.AddOrientOp(UsdGeom.XformOp.PrecisionDouble).Set(Gf.Quatd(float(w), Gf.Vec3d(float(x), float(y), float(z))))
