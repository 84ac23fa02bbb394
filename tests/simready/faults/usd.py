"""Faults in USD."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import trimesh
from numpy.random import Generator
from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics, UsdShade, Vt

from jobs.simready.inspection.inspection import AssetFiles
from tests.simready.faults.fault import Fault

Put = Callable[[Usd.Stage, Generator], None]


def _edited(put: Put) -> Callable[[AssetFiles, Generator], None]:
    """Changes the stage, and saves its root layer."""

    def edit(asset: AssetFiles, random: Generator) -> None:
        stage = Usd.Stage.Open(str(asset.files["usd"]))
        put(stage, random)
        stage.GetRootLayer().Save()

    return edit


def usd_fault(check: str, put: Put, jointed: bool = False) -> Fault:
    return Fault(check, _edited(put), jointed)


def _with(stage: Usd.Stage, api: Any) -> list[Usd.Prim]:
    return [prim for prim in stage.Traverse() if prim.HasAPI(api)]


def _body(stage: Usd.Stage, random: Generator) -> Usd.Prim:
    bodies = _with(stage, UsdPhysics.RigidBodyAPI)
    return bodies[random.integers(len(bodies))]


def _collider(stage: Usd.Stage, random: Generator) -> Usd.Prim:
    colliders = [prim for prim in _with(stage, UsdPhysics.CollisionAPI) if prim.IsA(UsdGeom.Mesh)]
    return colliders[random.integers(len(colliders))]


def _visual(stage: Usd.Stage) -> Usd.Prim:
    return next(
        prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh) and not prim.HasAPI(UsdPhysics.CollisionAPI)
    )


def moving_joints(stage: Usd.Stage) -> list[Usd.Prim]:
    """Those that move."""
    return [
        prim for prim in stage.Traverse() if prim.IsA(UsdPhysics.RevoluteJoint) or prim.IsA(UsdPhysics.PrismaticJoint)
    ]


def _physics(stage: Usd.Stage) -> UsdPhysics.MaterialAPI:
    return UsdPhysics.MaterialAPI(_with(stage, UsdPhysics.MaterialAPI)[0])


def _mass(value: float) -> Put:
    return lambda stage, random: UsdPhysics.MassAPI(_body(stage, random)).GetMassAttr().Set(value)


def mass_times(factor: float) -> Put:
    def put(stage: Usd.Stage, random: Generator) -> None:
        mass = UsdPhysics.MassAPI(_body(stage, random))
        mass.GetMassAttr().Set(factor * mass.GetMassAttr().Get())
        mass.GetDiagonalInertiaAttr().Set(factor * mass.GetDiagonalInertiaAttr().Get())

    return put


def _inertia(change: Callable[[Gf.Vec3f], Gf.Vec3f]) -> Put:
    def put(stage: Usd.Stage, random: Generator) -> None:
        moments = UsdPhysics.MassAPI(_body(stage, random)).GetDiagonalInertiaAttr()
        moments.Set(change(moments.Get()))

    return put


def _center(stage: Usd.Stage, random: Generator) -> None:
    center = UsdPhysics.MassAPI(_body(stage, random)).GetCenterOfMassAttr()
    center.Set(center.Get() + Gf.Vec3f(*(0.7 * _extents(stage)).tolist()))


def _extents(stage: Usd.Stage) -> np.ndarray:
    boxes = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
    return np.array(boxes.ComputeWorldBound(stage.GetDefaultPrim()).ComputeAlignedRange().GetSize())


def _blocked(attribute: str) -> Put:
    return lambda stage, random: _body(stage, random).GetAttribute(attribute).Block()


def _scaled(*factors: float) -> Put:
    return lambda stage, random: _op(UsdGeom.Xformable(_body(stage, random)).AddScaleOp(opSuffix="fault"), factors)


def _op(op: UsdGeom.XformOp, values: tuple[float, ...]) -> None:
    op.Set(Gf.Vec3f(*values))


def _turned(stage: Usd.Stage, random: Generator) -> None:
    UsdGeom.Xformable(_body(stage, random)).AddOrientOp(opSuffix="fault").Set(Gf.Quatf(0.5, 0.1, 0, 0))


def _nested(stage: Usd.Stage, random: Generator) -> None:
    UsdPhysics.RigidBodyAPI.Apply(_visual(stage))


def _no_colliders(stage: Usd.Stage, random: Generator) -> None:
    body = _body(stage, random)
    for prim in Usd.PrimRange(body):
        prim.RemoveAPI(UsdPhysics.CollisionAPI)


def _api_removed(api: Any) -> Put:
    return lambda stage, random: _body(stage, random).RemoveAPI(api)


def _approximated(name: str) -> Put:
    return lambda stage, random: UsdPhysics.MeshCollisionAPI(_collider(stage, random)).GetApproximationAttr().Set(name)


def _visual_collides(stage: Usd.Stage, random: Generator) -> None:
    visual = _visual(stage)
    UsdPhysics.CollisionAPI.Apply(visual)
    UsdPhysics.MeshCollisionAPI.Apply(visual).CreateApproximationAttr(UsdPhysics.Tokens.convexHull)


def _collision_off(stage: Usd.Stage, random: Generator) -> None:
    UsdPhysics.CollisionAPI(_collider(stage, random)).CreateCollisionEnabledAttr(False)


def _homeless_collider(stage: Usd.Stage, random: Generator) -> None:
    source = UsdGeom.Mesh(_collider(stage, random))
    loose = UsdGeom.Mesh.Define(stage, "/loose")
    loose.CreatePointsAttr(source.GetPointsAttr().Get())
    loose.CreateFaceVertexIndicesAttr(source.GetFaceVertexIndicesAttr().Get())
    loose.CreateFaceVertexCountsAttr(source.GetFaceVertexCountsAttr().Get())
    UsdPhysics.CollisionAPI.Apply(loose.GetPrim())


def _friction(static: float | None, dynamic: float | None) -> Put:
    def put(stage: Usd.Stage, random: Generator) -> None:
        if static is not None:
            _physics(stage).GetStaticFrictionAttr().Set(static)
        if dynamic is not None:
            _physics(stage).GetDynamicFrictionAttr().Set(dynamic)

    return put


def _unbound(stage: Usd.Stage, random: Generator) -> None:
    UsdShade.MaterialBindingAPI(_collider(stage, random)).GetDirectBindingRel("physics").SetTargets([])


def _points(find: Callable[[Usd.Stage, Generator], Usd.Prim], change: Callable[[np.ndarray], np.ndarray]) -> Put:
    def put(stage: Usd.Stage, random: Generator) -> None:
        points = UsdGeom.Mesh(find(stage, random)).GetPointsAttr()
        points.Set(Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(change(np.array(points.Get(), float)), np.float32)))

    return put


def _seen(stage: Usd.Stage, random: Generator) -> Usd.Prim:
    return _visual(stage)


def _dent(points: np.ndarray) -> np.ndarray:
    points[0] = points.mean(axis=0)
    return points


def _flat(points: np.ndarray) -> np.ndarray:
    axis = np.ptp(points, axis=0).argmin()
    points[:, axis] = points[0, axis]
    return points


def _not_a_number(points: np.ndarray) -> np.ndarray:
    points[0, 0] = np.nan
    return points


def _finely(stage: Usd.Stage, random: Generator) -> None:
    ball = trimesh.creation.icosphere(2, float(_extents(stage).min()) / 3)
    middle = np.array(UsdGeom.Mesh(_seen(stage, random)).GetPointsAttr().Get(), float).mean(axis=0)
    collider = UsdGeom.Mesh(_collider(stage, random))
    collider.GetPointsAttr().Set(Vt.Vec3fArray.FromNumpy((ball.vertices + middle).astype(np.float32)))
    collider.GetFaceVertexIndicesAttr().Set(Vt.IntArray.FromNumpy(ball.faces.astype(np.int32).ravel()))
    collider.GetFaceVertexCountsAttr().Set(Vt.IntArray.FromNumpy(np.full(len(ball.faces), 3, np.int32)))


def _inside_out(find: Callable[[Usd.Stage, Generator], Usd.Prim]) -> Put:
    def put(stage: Usd.Stage, random: Generator) -> None:
        faces = UsdGeom.Mesh(find(stage, random)).GetFaceVertexIndicesAttr()
        turned = np.array(faces.Get(), np.int32).reshape(-1, 3)[:, ::-1].ravel()
        faces.Set(Vt.IntArray.FromNumpy(np.ascontiguousarray(turned)))

    return put


def _faces_out_of_range(stage: Usd.Stage, random: Generator) -> None:
    faces = UsdGeom.Mesh(_collider(stage, random)).GetFaceVertexIndicesAttr()
    faces.Set([10**6, *list(faces.Get())[1:]])


def _wrong_extent(stage: Usd.Stage, random: Generator) -> None:
    UsdGeom.Mesh(_visual(stage)).GetExtentAttr().Set([Gf.Vec3f(0), Gf.Vec3f(9)])


def _wrong_hint(stage: Usd.Stage, random: Generator) -> None:
    UsdGeom.ModelAPI(stage.GetDefaultPrim()).SetExtentsHint([Gf.Vec3f(-1), Gf.Vec3f(1)])


def _shifted_visual(stage: Usd.Stage, random: Generator) -> None:
    shift = tuple((0.5 * _extents(stage)).tolist())
    UsdGeom.Xformable(_visual(stage)).AddTranslateOp(opSuffix="fault").Set(Gf.Vec3d(*shift))


def _texture(path: str) -> Put:
    def put(stage: Usd.Stage, random: Generator) -> None:
        shader = UsdShade.Shader.Define(stage, stage.GetDefaultPrim().GetPath().AppendChild("faulty"))
        shader.CreateIdAttr("UsdUVTexture")
        shader.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(Sdf.AssetPath(path))

    return put


def _broken_texture(asset: AssetFiles, random: Generator) -> None:
    (asset.files["usd"].parent / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    _edited(_texture("./broken.png"))(asset, random)


def _outside_texture(asset: AssetFiles, random: Generator) -> None:
    (asset.root / "outside.png").write_bytes(b"")
    up = "../" * len(asset.files["usd"].relative_to(asset.root).parent.parts)
    _edited(_texture(f"./{up}outside.png"))(asset, random)


def _missing_layer(stage: Usd.Stage, random: Generator) -> None:
    stage.GetDefaultPrim().GetPayloads().AddPayload("./nowhere.usd")


def _cut_off(asset: AssetFiles, random: Generator) -> None:
    path = asset.files["usd"]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _bolted(stage: Usd.Stage, random: Generator) -> None:
    joint = UsdPhysics.FixedJoint.Define(stage, stage.GetDefaultPrim().GetPath().AppendChild("bolt"))
    joint.CreateBody1Rel().SetTargets([_with(stage, UsdPhysics.RigidBodyAPI)[0].GetPath()])


def _kinematic(stage: Usd.Stage, random: Generator) -> None:
    UsdPhysics.RigidBodyAPI(_body(stage, random)).CreateKinematicEnabledAttr(True)


def _no_gravity(stage: Usd.Stage, random: Generator) -> None:
    _body(stage, random).CreateAttribute("physxRigidBody:disableGravity", Sdf.ValueTypeNames.Bool).Set(True)


def _no_gravity_in_a_variant(stage: Usd.Stage, random: Generator) -> None:
    """Not in the one that is selected when the file is opened."""
    prim = next(prim for prim in stage.Traverse() if prim.HasVariantSets())
    variants = prim.GetVariantSet(prim.GetVariantSets().GetNames()[0])
    opened = variants.GetVariantSelection()
    variants.SetVariantSelection(next(name for name in variants.GetVariantNames() if name != opened))
    with variants.GetVariantEditContext():
        _no_gravity(stage, random)
    variants.SetVariantSelection(opened)


def _joint_to(side: str, find: Callable[[Usd.Stage], str]) -> Put:
    def put(stage: Usd.Stage, random: Generator) -> None:
        moving_joints(stage)[0].GetRelationship(f"physics:{side}").SetTargets([find(stage)])

    return put


def _swapped(stage: Usd.Stage, random: Generator) -> None:
    joint = moving_joints(stage)[0]
    lower, upper = (joint.GetAttribute(f"physics:{side}Limit") for side in ("lower", "upper"))
    values = lower.Get(), upper.Get()
    lower.Set(values[1])
    upper.Set(values[0])


def _limits_above_zero(stage: Usd.Stage, random: Generator) -> None:
    moving_joints(stage)[0].GetAttribute("physics:lowerLimit").Set(3.0)
    moving_joints(stage)[0].GetAttribute("physics:upperLimit").Set(4.0)


def _joint_attribute(name: str, value: Any) -> Put:
    return lambda stage, random: moving_joints(stage)[0].GetAttribute(name).Set(value)


def _drive(stage: Usd.Stage, random: Generator) -> None:
    UsdPhysics.DriveAPI.Apply(moving_joints(stage)[0], "angular").CreateStiffnessAttr(-5.0)


def _second_parent(stage: Usd.Stage, random: Generator) -> None:
    ends = [moving_joints(stage)[index].GetRelationship("physics:body1").GetTargets()[0] for index in (0, 1)]
    again = UsdPhysics.FixedJoint.Define(stage, stage.GetDefaultPrim().GetPath().AppendChild("again"))
    again.CreateBody0Rel().SetTargets([ends[0]])
    again.CreateBody1Rel().SetTargets([ends[1]])


def _cycle(stage: Usd.Stage, random: Generator) -> None:
    """Of two joints from the base, each child becomes the other's parent."""
    joints = moving_joints(stage)[:2]
    ends = [joint.GetRelationship("physics:body1").GetTargets() for joint in joints]
    for joint, parent in zip(joints, reversed(ends), strict=True):
        joint.GetRelationship("physics:body0").SetTargets(parent)


def _first_child(stage: Usd.Stage) -> str:
    return str(moving_joints(stage)[0].GetRelationship("physics:body1").GetTargets()[0])


def _moved_in(stage: Usd.Stage, random: Generator) -> None:
    """A part is put into the middle of the base."""
    child = stage.GetPrimAtPath(_first_child(stage))
    boxes = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
    base = next(prim for prim in _with(stage, UsdPhysics.RigidBodyAPI) if prim != child)
    ranges = [boxes.ComputeWorldBound(prim).ComputeAlignedRange() for prim in (base, child)]
    shift = ranges[0].GetMin() + ranges[1].GetSize() / 2 - ranges[1].GetMidpoint()
    UsdGeom.Xformable(child).AddTranslateOp(opSuffix="fault").Set(shift)


THIRTEEN = {
    "usd: zero mass": usd_fault("static_mass", _mass(0.0)),
    "usd: moments that no body has": usd_fault(
        "static_inertia", _inertia(lambda m: Gf.Vec3f(m[0], m[1], 3 * (m[0] + m[1])))
    ),
    "usd: joint to what is no body": usd_fault(
        "static_joints", _joint_to("body1", lambda s: str(_visual(s).GetPath())), True
    ),
    "usd: joint apart from itself": usd_fault(
        "static_joints", _joint_attribute("physics:localPos0", Gf.Vec3f(1)), True
    ),
    "usd: limits swapped": usd_fault("static_joints", _swapped, True),
    "usd: body in a body": usd_fault("static_structure", _nested),
    "usd: one axis scaled": usd_fault("static_transforms", _scaled(1, 2, 1)),
    "usd: body without colliders": usd_fault("static_colliders", _no_colliders),
    "usd: triangles collide on a moving body": usd_fault("static_colliders", _approximated("none")),
    "usd: negative friction": usd_fault("static_friction", _friction(None, -0.5)),
    "usd: part within another": usd_fault("static_overlap", _moved_in, True),
    "usd: centimetres": usd_fault("static_units", lambda stage, _: UsdGeom.SetStageMetersPerUnit(stage, 0.01)),
    "usd: Y up": usd_fault("static_units", lambda stage, _: UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)),
}
"""Neither UsdValidation nor the Omniverse validator finds any of them."""
FAULTS = THIRTEEN | {
    "usd: negative mass": usd_fault("static_mass", _mass(-1.0)),
    "usd: mass not a number": usd_fault("static_mass", _mass(float("nan"))),
    "usd: mass in grams": usd_fault("static_density", mass_times(1000)),
    "usd: mass of water": usd_fault("static_density", mass_times(1000 / 7850)),
    "usd: no mass": usd_fault("static_mass", _api_removed(UsdPhysics.MassAPI)),
    "usd: mass left to density": usd_fault("static_mass", _blocked("physics:mass")),
    "usd: no gravity in one variant": usd_fault("static_mass", _no_gravity_in_a_variant),
    "usd: no gravity": usd_fault("static_mass", _no_gravity),
    "usd: negative moment": usd_fault("static_inertia", _inertia(lambda m: Gf.Vec3f(-m[0], m[1], m[2]))),
    "usd: inertia left to geometry": usd_fault("static_inertia", _blocked("physics:diagonalInertia")),
    "usd: identity inertia": usd_fault("static_inertia_of_shape", _inertia(lambda m: Gf.Vec3f(1))),
    "usd: inertia of a shell": usd_fault("static_inertia_of_shape", _inertia(lambda m: m * 5 / 3)),
    "usd: inertia in kg cm2": usd_fault("static_inertia_of_shape", _inertia(lambda m: m * 1e4)),
    "usd: centre of mass outside": usd_fault("static_center_of_mass", _center),
    "usd: centre of mass left to geometry": usd_fault("static_center_of_mass", _blocked("physics:centerOfMass")),
    "usd: grams": usd_fault("static_units", lambda stage, _: UsdPhysics.SetStageKilogramsPerUnit(stage, 0.001)),
    "usd: scaled to millimetres": usd_fault("static_transforms", _scaled(1000, 1000, 1000)),
    "usd: mirrored": usd_fault("static_transforms", _scaled(-1, 1, 1)),
    "usd: quaternion not of length 1": usd_fault("static_transforms", _turned),
    "usd: no default prim": usd_fault("static_structure", lambda stage, _: stage.ClearDefaultPrim()),
    "usd: what is seen collides": usd_fault("static_colliders", _visual_collides),
    "usd: collision switched off": usd_fault("static_colliders", _collision_off),
    "usd: collider of no body": usd_fault("static_base", _homeless_collider),
    "usd: held by the world": usd_fault("static_base", _bolted),
    "usd: kinematic": usd_fault("static_base", _kinematic),
    "usd: slides harder than it starts": usd_fault("static_friction", _friction(0.2, 0.5)),
    "usd: friction of nothing known": usd_fault("static_friction", _friction(50.0, 50.0)),
    "usd: no physics material": usd_fault("static_friction", _unbound),
    "usd: gains energy in a bounce": usd_fault(
        "static_restitution", lambda stage, _: _physics(stage).GetRestitutionAttr().Set(1.5)
    ),
    "usd: dented hull": usd_fault("static_hulls", _points(_collider, _dent)),
    "usd: flat hull": usd_fault("static_hulls", _points(_collider, _flat)),
    "usd: hull of 162 vertices": usd_fault("static_hulls", _finely),
    "usd: hull inside out": usd_fault("static_meshes", _inside_out(_collider)),
    "usd: visual inside out": usd_fault("static_meshes", _inside_out(_seen)),
    "usd: points not numbers": usd_fault("static_meshes", _points(_seen, _not_a_number)),
    "usd: hull's points not numbers": usd_fault("static_meshes", _points(_collider, _not_a_number)),
    "usd: faces of points that are not there": usd_fault("static_meshes", _faces_out_of_range),
    "usd: wrong extent": usd_fault("static_meshes", _wrong_extent),
    "usd: wrong extents hint": usd_fault("static_meshes", _wrong_hint),
    "usd: seen beside where it collides": usd_fault("static_alignment", _shifted_visual),
    "usd: missing texture": usd_fault("static_references", _texture("./nowhere.png")),
    "usd: absolute path": usd_fault("static_references", _texture("/nowhere/texture.png")),
    "usd: path out of the package": Fault("static_references", _outside_texture),
    "usd: missing layer": usd_fault("static_references", _missing_layer),
    "usd: broken texture": Fault("static_files", _broken_texture),
    "usd: cut off": Fault("static_files", _cut_off),
    "usd: joint to nowhere": usd_fault("static_joints", _joint_to("body0", lambda stage: "/nowhere"), True),
    "usd: joint to itself": usd_fault("static_joints", _joint_to("body0", _first_child), True),
    "usd: joint turned against itself": usd_fault(
        "static_joints", _joint_attribute("physics:localRot0", Gf.Quatf(0.6, 0.8, 0, 0)), True
    ),
    "usd: no limits": usd_fault("static_joints", _joint_attribute("physics:upperLimit", float("inf")), True),
    "usd: zero not within the limits": usd_fault("static_joints", _limits_above_zero, True),
    "usd: negative drive": usd_fault("static_joints", _drive, True),
    "usd: child of two": usd_fault("static_joints", _second_parent, True),
    "usd: joints in a circle": usd_fault("static_joints", _cycle, True),
}
