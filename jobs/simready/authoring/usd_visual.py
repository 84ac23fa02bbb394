"""What is seen of a link in USD, with its levels of detail as variants."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from pxr import Sdf, Tf, Usd, UsdGeom, UsdShade

from jobs.simready.appearance.visual import Visual
from jobs.simready.authoring.parts import LinkParts, Parts, PlaceFile
from jobs.simready.authoring.usd_labels import label
from jobs.simready.authoring.usd_material import author_visual_material, bind
from jobs.simready.authoring.usd_mesh import author_display_colour, author_mesh, author_texture_coordinates
from jobs.simready.authoring.usd_package import package_folder

LEVELS = "LOD"


def author_visual(
    stage: Usd.Stage, body: Sdf.Path, looks: Sdf.Path, parts: Parts, part: LinkParts, output: PlaceFile
) -> None:
    """Author `visuals/mesh` below `body`; with several levels, one of them is there at a time, by itself the finest."""
    folder = UsdGeom.Xform.Define(stage, body.AppendChild("visuals")).GetPrim()
    levels = (part.visual, *part.visual.levels)
    for index, visual in enumerate(levels):
        name = part.link.name if index == 0 else f"{part.link.name}_lod{index}"
        material = _author_material(stage, looks, parts, visual, name, output)
        with _open_level(folder, index) if len(levels) > 1 else nullcontext():
            mesh = author_mesh(stage, folder.GetPath().AppendChild("mesh"), visual.mesh)
            author_display_colour(mesh, visual.texture)
            if visual.texture is not None:
                author_texture_coordinates(mesh, visual.texture.uv)
            bind(mesh.GetPrim(), material)
    if len(levels) > 1:
        folder.GetVariantSet(LEVELS).SetVariantSelection(f"{LEVELS}0")


def _author_material(
    stage: Usd.Stage, looks: Sdf.Path, parts: Parts, visual: Visual, name: str, output: PlaceFile
) -> UsdShade.Material:
    picture = None
    if visual.texture is not None:
        picture = f"textures/{name}.png"
        output("asset/usd_file", f"{package_folder(parts.asset.name)}/{picture}").write_bytes(visual.texture.png)
    prim = "visual" if name == parts.asset.name else f"visual_{Tf.MakeValidIdentifier(name)}"
    material = author_visual_material(stage, looks.AppendChild(prim), picture and f"./{picture}")
    label(material.GetPrim(), "material", parts.asset.material)
    return material


def _open_level(folder: Usd.Prim, index: int) -> AbstractContextManager[object]:
    variants = folder.GetVariantSets().AddVariantSet(LEVELS)
    variants.AddVariant(f"{LEVELS}{index}")
    variants.SetVariantSelection(f"{LEVELS}{index}")
    return variants.GetVariantEditContext()
