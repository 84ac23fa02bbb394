"""Does every joint move through its range under a hand's force, and stop at its limits?"""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.simready import Joint
from jobs.contracts.trials import JointSettings
from jobs.simready.authoring.parts import Parts
from jobs.simulation.simulator import Simulation, Simulator

_FULL_FORCE_AT = 0.05
"""A drive pushes with all that it may where the joint is so far (part of its range) from where it is told to be."""
_DAMPING_S = 0.1


@dataclass(frozen=True)
class Sweep:
    """`travel`: how far the joint came when it was pushed to one end and then to the other, part of its range.
    `excess`: how far it was pushed beyond its limits, part of its range."""

    joint: Joint
    travel: float
    excess: float


def sweep_joints(
    parts: Parts, mjcf: Path, simulator: Simulator, settings: JointSettings, timestep_s: float, scratch: Path
) -> tuple[Sweep, ...]:
    """Push one joint after the other, without gravity; the others are told to stay."""
    joints = parts.asset.joints
    simulation = simulator.load(_author_driven_scene(parts, mjcf, scratch, settings), timestep_s)
    try:
        return tuple(_sweep(simulation, parts, index, settings, timestep_s) for index in range(len(joints)))
    finally:
        simulation.close()


def _sweep(simulation: Simulation, parts: Parts, index: int, settings: JointSettings, timestep_s: float) -> Sweep:
    joint = parts.asset.joints[index]
    rest = np.array([np.clip(0.0, other.lower, other.upper) for other in parts.asset.joints])
    beyond = settings.beyond * (joint.upper - joint.lower)
    simulation.reset()
    seen: list[NDArray[np.float64]] = []
    at = float(rest[index])
    for target in (joint.lower - beyond, joint.upper + beyond):
        seen.append(np.array(list(_lead(simulation, parts, index, rest, (at, target), settings.sweep_s, timestep_s))))
        at = target
    reached = np.concatenate(seen)
    excess = max(joint.lower - float(reached.min()), float(reached.max()) - joint.upper, 0.0)
    ends = float(seen[1][-1] - seen[0][-1])
    scale = joint.upper - joint.lower
    return Sweep(joint, float(np.clip(ends / scale, 0.0, 1.0)), excess / scale)


def _lead(
    simulation: Simulation,
    parts: Parts,
    index: int,
    rest: NDArray[np.float64],
    way: tuple[float, float],
    duration_s: float,
    timestep_s: float,
) -> Iterator[float]:
    """Where the joint is while it is led along `way`, and as long again at its end."""
    name = f"{parts.asset.name}_{parts.asset.joints[index].name}"
    steps = max(1, round(duration_s / timestep_s))
    for step in range(2 * steps):
        targets = rest.copy()
        targets[index] = way[0] + (way[1] - way[0]) * min(1.0, (step + 1) / steps)
        simulation.control(targets)
        simulation.step(1)
        yield float(simulation.joint_positions((name,))[0])


def _author_driven_scene(parts: Parts, mjcf: Path, scratch: Path, settings: JointSettings) -> Path:
    """The asset with a drive in every joint that pushes no harder than a hand does at the far end of what it moves."""
    folder = scratch / "driven"
    shutil.copytree(mjcf.parent, folder, dirs_exist_ok=True)
    root = ElementTree.Element("mujoco", model="driven")
    ElementTree.SubElement(root, "include", file=mjcf.name)
    ElementTree.SubElement(root, "option", integrator="implicitfast", gravity="0 0 0")
    actuators = ElementTree.SubElement(root, "actuator")
    for joint in parts.asset.joints:
        most = settings.force_n * _lever(parts, joint)
        stiffness = most / (_FULL_FORCE_AT * (joint.upper - joint.lower))
        drive = ElementTree.SubElement(actuators, "position", joint=f"{parts.asset.name}_{joint.name}")
        drive.set("kp", f"{stiffness:.9g}")
        drive.set("kv", f"{stiffness * _DAMPING_S:.9g}")
        drive.set("forcelimited", "true")
        drive.set("forcerange", f"{-most:.9g} {most:.9g}")
    path = folder / "driven_scene.xml"
    ElementTree.ElementTree(root).write(path, encoding="utf-8")
    return path


def _lever(parts: Parts, joint: Joint) -> float:
    """[m] from a hinge to the farthest corner of what hangs on it; 1 for a slide, whose drive is a force already."""
    if joint.kind == "prismatic":
        return 1.0
    corners_m = np.concatenate([np.asarray(shape.mesh.vertices, np.float64) for shape in parts.of(joint.child).shapes])
    return float(np.linalg.norm(np.cross(corners_m - np.array(joint.pivot_m), np.array(joint.axis)), axis=1).max())
