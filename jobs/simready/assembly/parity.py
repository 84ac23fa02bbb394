"""The written scenes are read again by their own readers: does everything stand and weigh the same in both?"""

# usd-core and mujoco ship no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray
from pxr import Usd, UsdGeom, UsdPhysics

from jobs.simready.assembly.start import make_transform
from jobs.simready.assembly.usd import OBJECTS


@dataclass(frozen=True)
class Reading:
    """One object as a file has it: mass, and `T_scene_object` (4, 4)."""

    mass_kg: float
    T_scene_object: NDArray[np.float64]


def read_scene_usd(path: Path) -> Mapping[str, Reading]:
    """What pxr reads, by name of the object."""
    stage = Usd.Stage.Open(str(path))
    cache = UsdGeom.XformCache()
    found = {}
    for prim in stage.GetPrimAtPath(OBJECTS).GetChildren():
        masses = [
            UsdPhysics.MassAPI(part).GetMassAttr().Get()
            for part in Usd.PrimRange(prim)
            if part.HasAPI(UsdPhysics.RigidBodyAPI)
        ]
        T = np.array(cache.GetLocalToWorldTransform(prim)).T
        found[Usd.ModelAPI(prim).GetAssetName()] = Reading(float(sum(masses)), T)
    return found


def read_scene_mjcf(path: Path) -> Mapping[str, Reading]:
    """What MuJoCo makes of it, by name of the object."""
    model = mujoco.MjModel.from_xml_path(str(path))
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    found = {}
    for index in np.flatnonzero(model.body_parentid == 0).tolist():
        name, prefixed, _ = model.body(index).name.partition("/")
        if prefixed:
            w, x, y, z = data.xquat[index].tolist()
            T = make_transform((w, x, y, z), data.xpos[index].copy())
            found[name] = Reading(float(model.body_subtreemass[index]), T)
    return found


def compare(expected: Reading, seen: Reading, size_m: float, weigh: bool) -> float:
    """The largest of three relative errors: of the mass if `weigh`, of the position (as part of `size_m`), of the
    rotation (the largest difference of an entry of its matrix)."""
    mass = abs(seen.mass_kg / expected.mass_kg - 1) if weigh else 0.0
    difference = seen.T_scene_object - expected.T_scene_object
    shift = float(np.linalg.norm(difference[:3, 3])) / size_m
    return max(mass, shift, float(np.abs(difference[:3, :3]).max()))
