"""What only one simulator understands, each in a payload behind a variant set that is disabled until somebody asks.

Without it the asset is what OpenUSD itself can say, and any simulator can load that. Source: NVIDIA SimReady
Foundation, requirements RV.001 to RV.011; the schemas of PhysX, `newton-usd-schemas` and MuJoCo's `mjcPhysics`.
"""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pxr import Sdf, Usd, UsdGeom, UsdPhysics, UsdShade

from jobs.contracts.simready import Joint
from jobs.simready.authoring.contact import TORSIONAL_FRICTION_M, contact_dimensions, rolling_friction_m
from jobs.simready.authoring.mjcf import COLLISION_GROUP
from jobs.simready.authoring.parts import PlaceFile
from jobs.simready.collision.shape import Shape

_PHYSX_HULL_VERTICES = 64
"""What PhysX takes on a GPU; our hulls have no more, so none is simplified."""
_INT, _FLOAT, _DOUBLE, _TOKEN = (
    Sdf.ValueTypeNames.Int,
    Sdf.ValueTypeNames.Float,
    Sdf.ValueTypeNames.Double,
    Sdf.ValueTypeNames.Token,
)


@dataclass(frozen=True)
class Collider:
    """Where a shape went."""

    path: Sdf.Path
    shape: Shape


@dataclass(frozen=True)
class Value:
    """An attribute as its schema declares it."""

    name: str
    kind: Sdf.ValueTypeName
    value: str | int | float
    uniform: bool = False


@dataclass(frozen=True)
class Opinion:
    """A schema to apply to a prim, if there is one, and values that differ from its defaults."""

    schema: str | None
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Runtime:
    """What a simulator is told of every collider, of those that are meshes, of what they are made of (depending on the
    rolling friction [m] of what is roundest), and of joints, whose friction OpenUSD itself has no word for."""

    name: str
    collider: Callable[[Shape], Opinion]
    hull: Opinion
    material: Callable[[float], Opinion]
    joint: Callable[[Joint], Opinion]

    @property
    def payload(self) -> str:
        return f"runnables/physics/{self.name.lower()}.usda"


def _mujoco_collider(shape: Shape) -> Opinion:
    group = Value("mjc:group", _INT, int(COLLISION_GROUP), uniform=True)
    return Opinion("MjcCollisionAPI", (group, Value("mjc:condim", _INT, contact_dimensions(shape), uniform=True)))


def _mujoco_material(rolling_m: float) -> Opinion:
    torsional = Value("mjc:torsionalfriction", _DOUBLE, TORSIONAL_FRICTION_M, uniform=True)
    return Opinion("MjcMaterialAPI", (torsional, Value("mjc:rollingfriction", _DOUBLE, rolling_m, uniform=True)))


def _newton_material(rolling_m: float) -> Opinion:
    torsional = Value("newton:torsionalFriction", _FLOAT, TORSIONAL_FRICTION_M)
    return Opinion("NewtonMaterialAPI", (torsional, Value("newton:rollingFriction", _FLOAT, rolling_m)))


def _physx_material(_: float) -> Opinion:
    """As in MuJoCo and Newton the larger of two coefficients counts; by itself PhysX would take their mean."""
    return Opinion("PhysxMaterialAPI", (Value("physxMaterial:frictionCombineMode", _TOKEN, "max", uniform=True),))


def _mujoco_joint(joint: Joint) -> Opinion:
    return Opinion("MjcJointAPI", (Value("mjc:frictionloss", _DOUBLE, joint.friction, uniform=True),))


def _newton_joint(joint: Joint) -> Opinion:
    """Newton has the attribute without a schema for it (requirement NEWTON.DJ.002)."""
    return Opinion(None, (Value("newton:friction", _FLOAT, joint.friction),))


def _physx_joint(_: Joint) -> Opinion:
    """PhysX counts friction of joints by the load on them, without a unit: ours is not that."""
    return Opinion("PhysxJointAPI")


RUNTIMES = (
    Runtime(
        "PhysX",
        collider=lambda _: Opinion("PhysxCollisionAPI"),
        hull=Opinion(
            "PhysxConvexHullCollisionAPI",
            (Value("physxConvexHullCollision:hullVertexLimit", _INT, _PHYSX_HULL_VERTICES),),
        ),
        material=_physx_material,
        joint=_physx_joint,
    ),
    Runtime(
        "Newton",
        collider=lambda _: Opinion("NewtonCollisionAPI"),
        hull=Opinion("NewtonMeshCollisionAPI"),
        material=_newton_material,
        joint=_newton_joint,
    ),
    Runtime(
        "MuJoCo",
        collider=_mujoco_collider,
        hull=Opinion("MjcMeshCollisionAPI", (Value("mjc:inertia", _TOKEN, "convex", uniform=True),)),
        material=_mujoco_material,
        joint=_mujoco_joint,
    ),
)


def author_runtimes(
    stage: Usd.Stage,
    colliders: Sequence[Collider],
    joints: Sequence[tuple[Sdf.Path, Joint]],
    surface: UsdShade.Material,
    folder: str,
    output: PlaceFile,
) -> None:
    """Write a payload for each simulator below `folder`, and a variant set on the default prim that loads it."""
    root = stage.GetRootLayer().GetPrimAtPath(stage.GetDefaultPrim().GetPath())
    for runtime in RUNTIMES:
        payload = _copy_frame(stage)
        _author_opinions(payload, runtime, colliders, joints, surface.GetPath())
        payload.GetRootLayer().Export(str(output("asset/usd_file", f"{folder}/{runtime.payload}")))
        variants = Sdf.VariantSetSpec(root, runtime.name)
        Sdf.VariantSpec(variants, "Disabled")
        enabled = Sdf.VariantSpec(variants, "Enabled").primSpec
        enabled.payloadList.prependedItems.append(Sdf.Payload(f"./{runtime.payload}"))
        root.variantSetNameList.prependedItems.append(runtime.name)
        root.variantSelections[runtime.name] = "Disabled"


def describe_runtimes(root: Sdf.Path) -> dict[str, dict[str, str]]:
    """How a program finds the variant sets without looking for them; as `SimReady_Metadata` has it."""
    return {
        runtime.name: {"prim": str(root), "variantSetName": runtime.name, "activateOption": "Enabled"}
        for runtime in RUNTIMES
    }


def _copy_frame(stage: Usd.Stage) -> Usd.Stage:
    """Units, axis and default prim of the main file."""
    payload = Usd.Stage.CreateInMemory()
    UsdGeom.SetStageUpAxis(payload, UsdGeom.GetStageUpAxis(stage))
    UsdGeom.SetStageMetersPerUnit(payload, UsdGeom.GetStageMetersPerUnit(stage))
    UsdPhysics.SetStageKilogramsPerUnit(payload, UsdPhysics.GetStageKilogramsPerUnit(stage))
    payload.SetDefaultPrim(payload.OverridePrim(stage.GetDefaultPrim().GetPath()))
    return payload


def _author_opinions(
    payload: Usd.Stage,
    runtime: Runtime,
    colliders: Sequence[Collider],
    joints: Sequence[tuple[Sdf.Path, Joint]],
    surface: Sdf.Path,
) -> None:
    for collider in colliders:
        _author_opinion(payload, collider.path, runtime.collider(collider.shape))
        if collider.shape.kind == "hull":
            _author_opinion(payload, collider.path, runtime.hull)
    for path, joint in joints:
        _author_opinion(payload, path, runtime.joint(joint))
    rolling_m = max(rolling_friction_m(collider.shape) for collider in colliders)
    _author_opinion(payload, surface, runtime.material(rolling_m))


def _author_opinion(payload: Usd.Stage, path: Sdf.Path, opinion: Opinion) -> None:
    prim = payload.OverridePrim(path)
    if opinion.schema is not None:
        prim.AddAppliedSchema(opinion.schema)
    for value in opinion.values:
        variability = Sdf.VariabilityUniform if value.uniform else Sdf.VariabilityVarying
        prim.CreateAttribute(value.name, value.kind, False, variability).Set(value.value)
