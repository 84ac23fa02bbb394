"""A gripper of primitives in MJCF, together with an asset and a floor."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from jobs.contracts.grasps import Gripper

WRIST, HAND = "gripper_wrist", "gripper_hand"
FINGERS = ("gripper_low", "gripper_high")
_PALM_THICKNESS_M = 0.02
_HAND_KG, _FINGER_KG = 1.0, 0.1
_FULL_FORCE_AT_M = 0.004
"""A finger that is so far from where it is told to be pushes with all that it may."""
_STIFF = {"solref": "0.01 1", "solimp": "0.99 0.999 0.001"}


def author_gripper_scene(mjcf: Path, scratch: Path, gripper: Gripper, force_n: float) -> Path:
    """The asset, and a hand that follows a marker, the wrist.

    Hand axes as those of a grasp: z is the approach, fingers close along y; each joint is 0 where the fingers meet. The
    joints are coupled, as in a real gripper: two forces that are equal, whatever happens, would let the object drift.
    Each finger pushes with `force_n` at most. Friction is the asset's own, MuJoCo takes the larger of two.
    """
    folder = scratch / "gripper"
    shutil.copytree(mjcf.parent, folder, dirs_exist_ok=True)
    root = ElementTree.Element("mujoco", model="gripper")
    ElementTree.SubElement(root, "include", file=mjcf.name)
    ElementTree.SubElement(root, "option", integrator="implicitfast", cone="elliptic", impratio="10")
    world = ElementTree.SubElement(root, "worldbody")
    ElementTree.SubElement(world, "geom", type="plane", size="0 0 1", condim="3", friction="0 0 0")
    ElementTree.SubElement(world, "body", name=WRIST, mocap="true")
    hand = ElementTree.SubElement(world, "body", name=HAND)
    ElementTree.SubElement(hand, "freejoint")
    palm_m = (gripper.palm_width_m, gripper.palm_length_m, _PALM_THICKNESS_M)
    palm_z_m = gripper.pad_height_m / 2 - gripper.finger_length_m - _PALM_THICKNESS_M / 2
    _add_box(hand, palm_m, (0.0, 0.0, palm_z_m), _HAND_KG)
    actuators = ElementTree.SubElement(root, "actuator")
    for name, side in zip(FINGERS, (-1, 1), strict=True):
        finger = ElementTree.SubElement(hand, "body", name=name)
        joint = ElementTree.SubElement(finger, "joint", name=name, type="slide", axis=f"0 {side} 0", damping="2")
        joint.set("range", f"0 {gripper.opening_m / 2:.9g}")
        joint.set("limited", "true")
        size_m = (gripper.pad_width_m, gripper.finger_thickness_m, gripper.finger_length_m)
        z_m = (gripper.pad_height_m - gripper.finger_length_m) / 2
        _add_box(finger, size_m, (0.0, side * gripper.finger_thickness_m / 2, z_m), _FINGER_KG)
        drive = ElementTree.SubElement(actuators, "position", joint=name, kv=f"{force_n:.9g}", forcelimited="true")
        drive.set("kp", f"{force_n / _FULL_FORCE_AT_M:.9g}")
        drive.set("forcerange", f"{-force_n:.9g} {force_n:.9g}")
    ties = ElementTree.SubElement(root, "equality")
    ElementTree.SubElement(ties, "weld", {"body1": WRIST, "body2": HAND, **_STIFF})
    ElementTree.SubElement(ties, "joint", {"joint1": FINGERS[0], "joint2": FINGERS[1], **_STIFF})
    ElementTree.SubElement(ElementTree.SubElement(root, "contact"), "exclude", body1=FINGERS[0], body2=FINGERS[1])
    path = folder / "gripper_scene.xml"
    ElementTree.ElementTree(root).write(path, encoding="utf-8")
    return path


def _add_box(
    body: ElementTree.Element, edges_m: tuple[float, float, float], at_m: tuple[float, float, float], mass_kg: float
) -> None:
    size, pos = " ".join(f"{edge / 2:.9g}" for edge in edges_m), " ".join(f"{place:.9g}" for place in at_m)
    ElementTree.SubElement(
        body, "geom", type="box", size=size, pos=pos, mass=f"{mass_kg:g}", condim="4", friction="0 0 0"
    )
