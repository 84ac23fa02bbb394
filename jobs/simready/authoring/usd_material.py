"""Materials in USD: what is seen, and what is felt."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from pxr import Gf, Sdf, Usd, UsdPhysics, UsdShade

from jobs.contracts.simready import Asset
from jobs.simready.authoring.parts import UNCOLOURED_RGB

_ROUGHNESS = 0.8


def author_visual_material(stage: Usd.Stage, path: Sdf.Path, texture: str | None) -> UsdShade.Material:
    """A UsdPreviewSurface; `texture` is a picture's path relative to the layer, read with the primvar `st`."""
    material = UsdShade.Material.Define(stage, path)
    surface = _shader(stage, path.AppendChild("surface"), "UsdPreviewSurface")
    surface.CreateInput("roughness", Sdf.ValueTypeNames.Float).Set(_ROUGHNESS)
    surface.CreateInput("metallic", Sdf.ValueTypeNames.Float).Set(0.0)
    colour = surface.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
    surface.CreateOutput("surface", Sdf.ValueTypeNames.Token)
    material.CreateSurfaceOutput().ConnectToSource(surface.ConnectableAPI(), "surface")
    if texture is None:
        colour.Set(Gf.Vec3f(*UNCOLOURED_RGB))
        return material
    reader = _shader(stage, path.AppendChild("coordinates"), "UsdPrimvarReader_float2")
    reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set("st")
    reader.CreateOutput("result", Sdf.ValueTypeNames.Float2)
    picture = _shader(stage, path.AppendChild("texture"), "UsdUVTexture")
    picture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(Sdf.AssetPath(texture))
    picture.CreateInput("sourceColorSpace", Sdf.ValueTypeNames.Token).Set("sRGB")
    for wrap in ("wrapS", "wrapT"):
        picture.CreateInput(wrap, Sdf.ValueTypeNames.Token).Set("clamp")
    picture.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(reader.ConnectableAPI(), "result")
    picture.CreateOutput("rgb", Sdf.ValueTypeNames.Float3)
    colour.ConnectToSource(picture.ConnectableAPI(), "rgb")
    return material


def author_physics_material(stage: Usd.Stage, path: Sdf.Path, asset: Asset) -> UsdShade.Material:
    """Friction, restitution and density of the asset's surface."""
    material = UsdShade.Material.Define(stage, path)
    physics = UsdPhysics.MaterialAPI.Apply(material.GetPrim())
    physics.CreateStaticFrictionAttr(asset.static_friction.value)
    physics.CreateDynamicFrictionAttr(asset.dynamic_friction.value)
    physics.CreateRestitutionAttr(asset.restitution.value)
    physics.CreateDensityAttr(asset.density_kg_m3.value)
    return material


def bind(prim: Usd.Prim, material: UsdShade.Material, purpose: str | None = None) -> None:
    """Bind a material to a prim, for every purpose or for one."""
    binding = UsdShade.MaterialBindingAPI.Apply(prim)
    if purpose is None:
        binding.Bind(material)
    else:
        binding.Bind(material, UsdShade.Tokens.weakerThanDescendants, purpose)


def _shader(stage: Usd.Stage, path: Sdf.Path, kind: str) -> UsdShade.Shader:
    shader = UsdShade.Shader.Define(stage, path)
    shader.CreateIdAttr(kind)
    return shader
