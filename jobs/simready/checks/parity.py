"""Each written file is read again by its own reader: do all of them describe the same body?"""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray
from pxr import Gf, Usd, UsdGeom, UsdPhysics

from jobs.contracts.check import CheckResult
from jobs.contracts.simready import Asset


@dataclass(frozen=True)
class Reading:
    """What a file says: mass; centre of mass (3,) and inertia (3, 3) about it in the object frame; size of what is
    seen (3,)."""

    mass_kg: float
    center_of_mass_m: NDArray[np.float64]
    inertia_kg_m2: NDArray[np.float64]
    extents_m: NDArray[np.float64]


def check_parity(asset: Asset, readings: Mapping[str, Reading]) -> tuple[CheckResult, ...]:
    """Largest relative errors of the readings, by name of their format, against the asset.

    Inertia counts the larger of two errors: of the tensor (Frobenius norm), and of the centre of mass, relative to the
    diagonal.
    """
    mass = {name: abs(reading.mass_kg / asset.mass_kg.value - 1) for name, reading in readings.items()}
    inertia = {name: _inertia_error(asset, reading) for name, reading in readings.items()}
    extents = {
        name: float(np.abs(reading.extents_m / np.array(asset.extents_m) - 1).max())
        for name, reading in readings.items()
    }
    return tuple(
        CheckResult(
            name=name,
            subject=asset.name,
            value=max(errors.values()),
            detail=", ".join(f"{kind} {error:.2g}" for kind, error in errors.items()),
        )
        for name, errors in (("parity_mass", mass), ("parity_inertia", inertia), ("parity_extents", extents))
    )


def read_usd(path: Path) -> Reading:
    """What pxr reads from a USD file."""
    stage = Usd.Stage.Open(str(path))
    root = stage.GetDefaultPrim()
    mass = UsdPhysics.MassAPI(root)
    axes = _rotation(mass.GetPrincipalAxesAttr().Get())
    moments = np.array(mass.GetDiagonalInertiaAttr().Get(), float)
    box = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_]).ComputeWorldBound(root)
    return Reading(
        mass_kg=float(mass.GetMassAttr().Get()),
        center_of_mass_m=np.array(mass.GetCenterOfMassAttr().Get(), float),
        inertia_kg_m2=axes @ np.diag(moments) @ axes.T,
        extents_m=np.array(box.ComputeAlignedRange().GetSize(), float),
    )


def read_mjcf(path: Path, name: str) -> Reading:
    """What MuJoCo makes of an MJCF file."""
    return _read_model(mujoco.MjModel.from_xml_path(str(path)), name)


def read_urdf(path: Path, name: str) -> Reading:
    """What MuJoCo makes of a URDF file."""
    return _read_model(mujoco.MjModel.from_xml_path(str(path)), name)


def _read_model(model: mujoco.MjModel, body: str) -> Reading:
    at = model.body(body)
    axes = np.empty(9)
    mujoco.mju_quat2Mat(axes, at.iquat)
    rotation = axes.reshape(3, 3)
    return Reading(
        mass_kg=float(at.mass[0]),
        center_of_mass_m=np.array(at.ipos, float),
        inertia_kg_m2=rotation @ np.diag(at.inertia) @ rotation.T,
        extents_m=_visual_extents(model, int(at.id)),
    )


def _visual_extents(model: mujoco.MjModel, body: int) -> NDArray[np.float64]:
    """(3,) of the body's geometries that do not collide, in its own frame."""
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    points = []
    for geom in np.flatnonzero((model.geom_bodyid == body) & (model.geom_contype == 0)):
        mesh = model.mesh(int(model.geom_dataid[geom]))
        first = int(model.mesh_vertadr[mesh.id])
        local = model.mesh_vert[first : first + int(model.mesh_vertnum[mesh.id])]
        rotation = np.empty(9)
        mujoco.mju_quat2Mat(rotation, model.geom_quat[geom])
        points.append(local @ rotation.reshape(3, 3).T + model.geom_pos[geom])
    return np.ptp(np.concatenate(points), axis=0).astype(float)


def _inertia_error(asset: Asset, reading: Reading) -> float:
    expected = np.array(asset.inertia_kg_m2)
    tensor = float(np.linalg.norm(reading.inertia_kg_m2 - expected) / np.linalg.norm(expected))
    shift_m = float(np.linalg.norm(reading.center_of_mass_m - np.array(asset.center_of_mass_m)))
    return max(tensor, shift_m / float(np.linalg.norm(asset.extents_m)))


def _rotation(quaternion: Gf.Quatf) -> NDArray[np.float64]:
    x, y, z = quaternion.GetImaginary()
    rotation = np.empty(9)
    mujoco.mju_quat2Mat(rotation, np.array([quaternion.GetReal(), x, y, z], float))
    return rotation.reshape(3, 3)
