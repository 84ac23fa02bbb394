"""What only one simulator understands.

Source: the schemas of PhysX, `newton-usd-schemas` and MuJoCo's `mjcPhysics`.
"""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pxr import Sdf, Vt

from jobs.contracts.simready import Joint
from jobs.simready.authoring.contact import JOINT_LIMIT, TORSIONAL_FRICTION_M, contact_dimensions
from jobs.simready.authoring.mjcf import COLLISION_GROUP
from jobs.simready.collision.shape import Shape

_PHYSX_HULL_VERTICES = 64
"""What PhysX takes on a GPU; our hulls have no more, so none is simplified."""
_INT, _FLOAT, _DOUBLE, _DOUBLES, _TOKEN = (
    Sdf.ValueTypeNames.Int,
    Sdf.ValueTypeNames.Float,
    Sdf.ValueTypeNames.Double,
    Sdf.ValueTypeNames.DoubleArray,
    Sdf.ValueTypeNames.Token,
)


@dataclass(frozen=True)
class Value:
    """An attribute as its schema declares it."""

    name: str
    kind: Sdf.ValueTypeName
    value: str | int | float | Vt.DoubleArray
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
    limit = Value("mjc:solreflimit", _DOUBLES, Vt.DoubleArray(JOINT_LIMIT), uniform=True)
    return Opinion("MjcJointAPI", (Value("mjc:frictionloss", _DOUBLE, joint.friction, uniform=True), limit))


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
