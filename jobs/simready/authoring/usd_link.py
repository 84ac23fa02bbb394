"""One link of an asset in USD: a rigid body with what is seen of it and what collides."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from pxr import Gf, Sdf, Tf, Usd, UsdGeom, UsdPhysics, UsdShade

from jobs.contracts.simready import Link
from jobs.simready.authoring.parts import LinkParts, Parts, PlaceFile
from jobs.simready.authoring.usd_collider import author_collider
from jobs.simready.authoring.usd_material import bind
from jobs.simready.authoring.usd_variants import Collider
from jobs.simready.authoring.usd_visual import author_visual
from jobs.simready.physics.principal_axes import compute_principal_axes


def link_path(parts: Parts, link: Link) -> Sdf.Path:
    """The prim that moves: the root itself if it is the only link and free, else one below it. Its frame is the object
    frame."""
    root = Sdf.Path.absoluteRootPath.AppendChild(Tf.MakeValidIdentifier(parts.asset.name))
    free = len(parts.links) == 1 and parts.asset.mobility == "dynamic"
    return root if free else root.AppendChild(Tf.MakeValidIdentifier(link.name))


def author_link(
    stage: Usd.Stage, parts: Parts, part: LinkParts, looks: Sdf.Path, surface: UsdShade.Material, output: PlaceFile
) -> list[Collider]:
    """Author a link; `surface` is what its colliders are made of, `looks` where its visual material goes."""
    body = UsdGeom.Xform.Define(stage, link_path(parts, part.link)).GetPrim()
    _author_rigid_body(body, part.link)
    author_visual(stage, body.GetPath(), looks, parts, part, output)
    return _author_colliders(stage, body.GetPath(), part, surface)


def _author_rigid_body(body: Usd.Prim, link: Link) -> None:
    moments, axes_wxyz = compute_principal_axes(link.inertia_kg_m2)
    UsdPhysics.RigidBodyAPI.Apply(body)
    mass = UsdPhysics.MassAPI.Apply(body)
    mass.CreateMassAttr(link.mass_kg)
    mass.CreateCenterOfMassAttr(Gf.Vec3f(*link.center_of_mass_m))
    mass.CreateDiagonalInertiaAttr(Gf.Vec3f(*moments))
    mass.CreatePrincipalAxesAttr(Gf.Quatf(axes_wxyz[0], Gf.Vec3f(*axes_wxyz[1:])))


def _author_colliders(stage: Usd.Stage, body: Sdf.Path, part: LinkParts, surface: UsdShade.Material) -> list[Collider]:
    folder = UsdGeom.Xform.Define(stage, body.AppendChild("collisions")).GetPath()
    colliders = []
    for index, shape in enumerate(part.shapes):
        prim = author_collider(stage, folder.AppendChild(f"{shape.kind}_{index:03d}"), shape)
        bind(prim, surface, purpose="physics")
        colliders.append(Collider(prim.GetPath(), shape))
    return colliders
