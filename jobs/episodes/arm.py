"""A seven-joint arm with a parallel gripper, made of primitives.

Joint frames, ranges and torque limits are those that Franka publishes for its robot; the shapes, masses and the gripper
are our own, so nothing has to be downloaded or licensed. In a scene every name starts with `PREFIX`.
"""

# mujoco ships no types (pyright reads nothing but settings in the next line):
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

ROBOT = "primitive_arm"
PREFIX = "arm/"
ARM_JOINTS = tuple(f"{PREFIX}joint{number}" for number in range(1, 8))
FINGER_JOINTS = (f"{PREFIX}finger_left", f"{PREFIX}finger_right")
GRIPPER_BODIES = (f"{PREFIX}hand", f"{PREFIX}left", f"{PREFIX}right")
TOOL = f"{PREFIX}tool"
"""Site between the pads: z points out of the hand, the fingers close along y."""
WRIST_CAMERA = f"{PREFIX}wrist"
HOME_RAD = np.array([0.0, -0.3, 0.0, -2.2, 0.0, 1.9, 0.785])

OPENING_M = 0.12
FINGER_LENGTH_M = 0.066
FINGER_THICKNESS_M = 0.012
PAD_WIDTH_M = 0.022
TIP_BELOW_TOOL_M = 0.010
PALM_LENGTH_M = 0.15
PALM_WIDTH_M = 0.05
GRIP_FORCE_N = 50.0

_HALF = float(np.sqrt(0.5))
_LIGHT, _DARK, _PAD = [0.90, 0.91, 0.93, 1], [0.22, 0.24, 0.28, 1], [0.12, 0.12, 0.13, 1]
_HAND_HEIGHT_M = 0.06
_PAD_CONTACT, _PAD_IMPEDANCE = [0.004, 1.0], [0.95, 0.99, 0.001, 0.5, 2.0]
"""MuJoCo's default contact would let light fingers sink 7 mm into what they grip with 50 N, through thin colliders."""
_ARM_COLLISION = {"contype": 2, "conaffinity": 1}


@dataclass(frozen=True)
class _Link:
    """A moving link: frame in its parent, range [rad], torque [N m], stiffness [N m/rad], mass [kg], capsules [m]."""

    position: tuple[float, float, float]
    orientation: tuple[float, float, float, float]
    range: tuple[float, float]
    torque: float
    stiffness: float
    mass: float
    capsules: tuple[tuple[tuple[float, ...], float], ...]


_BASE_CAPSULES = (((0, 0, 0, 0, 0, 0.2), 0.07),)
_LINKS = (
    _Link((0, 0, 0.333), (1, 0, 0, 0), (-2.89, 2.89), 87, 1400, 3.0, (((0, 0, -0.16, 0, 0, 0.02), 0.06),)),
    _Link((0, 0, 0), (_HALF, -_HALF, 0, 0), (-1.76, 1.76), 87, 1400, 3.0, (((0, 0, 0, 0, -0.2, 0), 0.06),)),
    _Link(
        (0, -0.316, 0),
        (_HALF, _HALF, 0, 0),
        (-2.89, 2.89),
        87,
        1100,
        2.5,
        (((0, 0, -0.1, 0, 0, 0), 0.06), ((0, 0, 0, 0.0825, 0, 0), 0.055)),
    ),
    _Link((0.0825, 0, 0), (_HALF, _HALF, 0, 0), (-3.07, -0.07), 87, 1100, 2.5, (((0, 0, 0, -0.0825, 0.1, 0), 0.055),)),
    _Link(
        (-0.0825, 0.384, 0),
        (_HALF, -_HALF, 0, 0),
        (-2.89, 2.89),
        12,
        600,
        2.5,
        (((0, 0, -0.26, 0, 0.05, -0.1), 0.05), ((0, 0.05, -0.1, 0, 0, 0), 0.045)),
    ),
    _Link((0, 0, 0), (_HALF, _HALF, 0, 0), (-0.017, 3.75), 12, 600, 1.5, (((0, 0, 0, 0.088, 0, 0), 0.05),)),
    _Link((0.088, 0, 0), (_HALF, _HALF, 0, 0), (-2.89, 2.89), 12, 600, 0.7, (((0, 0, 0, 0, 0, 0.08), 0.045),)),
)


def build_arm() -> mujoco.MjSpec:
    """The arm alone, its base at the origin, names without `PREFIX`.

    Its actuators: 7 joint targets [rad], then the gripper's opening [m].
    """
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    body = spec.worldbody.add_body(name="base")
    _add_capsules(body, _BASE_CAPSULES, mass_kg=3.0, colour=_DARK)
    for number, link in enumerate(_LINKS, start=1):
        body = _add_link(spec, body, number, link)
    hand = _add_hand(body)
    _add_fingers(spec, hand)
    return spec


def _add_link(spec: mujoco.MjSpec, parent: Any, number: int, link: _Link) -> Any:
    body = parent.add_body(name=f"link{number}", pos=link.position, quat=link.orientation, gravcomp=1)
    joint = _bare(ARM_JOINTS[number - 1])
    hinge = mujoco.mjtJoint.mjJNT_HINGE
    body.add_joint(name=joint, type=hinge, axis=[0, 0, 1], range=link.range, armature=0.1, damping=1)
    _add_capsules(body, link.capsules, link.mass, _LIGHT if number % 2 else _DARK)
    actuator = spec.add_actuator(name=joint, target=joint, trntype=mujoco.mjtTrn.mjTRN_JOINT)
    actuator.set_to_position(kp=link.stiffness, kv=link.stiffness / 25)
    actuator.forcerange, actuator.forcelimited = [-link.torque, link.torque], True
    actuator.ctrlrange, actuator.ctrllimited = link.range, True
    return body


def _add_capsules(body: Any, capsules: tuple[Any, ...], mass_kg: float, colour: list[float]) -> None:
    for ends, radius in capsules:
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_CAPSULE,
            fromto=ends,
            size=[radius, 0, 0],
            mass=mass_kg / len(capsules),
            rgba=colour,
            **_ARM_COLLISION,
        )


def _add_hand(flange: Any) -> Any:
    hand = flange.add_body(name="hand", pos=[0, 0, 0.107], quat=[0.9238795, 0, 0, -0.3826834], gravcomp=1)
    hand.add_geom(
        type=mujoco.mjtGeom.mjGEOM_BOX,
        pos=[0, 0, _HAND_HEIGHT_M / 2],
        mass=0.6,
        rgba=_LIGHT,
        size=[PALM_WIDTH_M / 2, PALM_LENGTH_M / 2, _HAND_HEIGHT_M / 2],
        **_ARM_COLLISION,
    )
    hand.add_site(name=_bare(TOOL), pos=[0, 0, _HAND_HEIGHT_M + FINGER_LENGTH_M - TIP_BELOW_TOOL_M], group=5)
    hand.add_camera(name="wrist", pos=[0.085, 0, 0.015], xyaxes=[0, 1, 0, 0.94, 0, 0.34], fovy=68)
    return hand


def _add_fingers(spec: mujoco.MjSpec, hand: Any) -> None:
    """Two fingers that an equality keeps symmetric and one tendon, as long as the opening, drives."""
    opening = spec.add_tendon(name="opening")
    for joint, name, side in zip(map(_bare, FINGER_JOINTS), ("left", "right"), (1, -1), strict=True):
        orientation = [1, 0, 0, 0] if side > 0 else [0, 0, 0, 1]
        finger = hand.add_body(name=name, pos=[0, 0, _HAND_HEIGHT_M], quat=orientation, gravcomp=1)
        finger.add_joint(
            name=joint,
            type=mujoco.mjtJoint.mjJNT_SLIDE,
            axis=[0, 1, 0],
            range=[0, OPENING_M / 2],
            armature=0.1,
            damping=10,
        )
        finger.add_geom(
            type=mujoco.mjtGeom.mjGEOM_BOX,
            pos=[0, FINGER_THICKNESS_M / 2, FINGER_LENGTH_M / 2],
            size=[PAD_WIDTH_M / 2, FINGER_THICKNESS_M / 2, FINGER_LENGTH_M / 2],
            mass=0.03,
            rgba=_PAD,
            condim=4,
            friction=[1.0, 0.02, 0.001],
            priority=1,
            solref=_PAD_CONTACT,
            solimp=_PAD_IMPEDANCE,
            **_ARM_COLLISION,
        )
        opening.wrap_joint(joint, 1.0)
    left, right = map(_bare, FINGER_JOINTS)
    symmetric = spec.add_equality(
        type=mujoco.mjtEq.mjEQ_JOINT, objtype=mujoco.mjtObj.mjOBJ_JOINT, name1=left, name2=right
    )
    symmetric.data[:5] = [0, 1, 0, 0, 0]
    actuator = spec.add_actuator(name="gripper", target="opening", trntype=mujoco.mjtTrn.mjTRN_TENDON)
    actuator.set_to_position(kp=5000, kv=200)
    actuator.forcerange, actuator.forcelimited = [-GRIP_FORCE_N, GRIP_FORCE_N], True
    actuator.ctrlrange, actuator.ctrllimited = [0, OPENING_M], True


def _bare(name: str) -> str:
    return name.removeprefix(PREFIX)
