"""PyBullet drops our URDF.    python -m tests.interop.drop_in_pybullet FOLDER"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pybullet
from numpy.typing import NDArray

from tests.interop.drop import (
    TIMESTEP_S,
    Body,
    Drop,
    Pose,
    Start,
    body_name,
    check_bodies,
    check_opened,
    check_rest,
    load_rests,
    run_drop,
)
from tests.interop.export import Export
from tests.interop.findings import Findings

GRAVITY_M_S2 = 9.81
BASE = -1


def main(folder: Path) -> int:
    findings = Findings(f"pybullet {version('pybullet')} (URDF)")
    pybullet.connect(pybullet.DIRECT)
    for files in Export.load(folder).assets:
        asset = files.load()
        handle = load(files.urdf)
        bodies = read_bodies(handle, asset)
        check_bodies(findings, bodies, asset)
        check_opened(findings, open_joints(handle, asset), asset)
        for rest in load_rests(folder, asset["name"]):
            dropped = drop(rest.start, files.urdf, bodies[asset["links"][0]["name"]])
            check_rest(findings, dropped, rest, "MuJoCo's")
    return findings.exit_code


def load(urdf: str, start: Start | None = None) -> int:
    """Over a plane, alone; at the origin if no start is given."""
    pybullet.resetSimulation()
    pybullet.setGravity(0, 0, -GRAVITY_M_S2)
    pybullet.setTimeStep(TIMESTEP_S)
    pybullet.createMultiBody(0, pybullet.createCollisionShape(pybullet.GEOM_PLANE))
    placed = (start.origin_m, start.orientation_xyzw) if start else ()
    return pybullet.loadURDF(urdf, *placed, flags=pybullet.URDF_USE_INERTIA_FROM_FILE)


def drop(start: Start, urdf: str, body: Body) -> Drop:
    handle = load(urdf, start)
    return run_drop(start, body, pybullet.stepSimulation, lambda: read_pose(handle))


def read_bodies(handle: int, asset: Mapping[str, Any]) -> dict[str, Body]:
    indices = link_indices(handle)
    return {link["name"]: read_body(handle, indices[body_name(asset, link["name"])]) for link in asset["links"]}


def link_indices(handle: int) -> dict[str, int]:
    """PyBullet's number of each link, by its name."""
    named = {pybullet.getBodyInfo(handle)[0].decode(): BASE}
    infos = (pybullet.getJointInfo(handle, index) for index in range(pybullet.getNumJoints(handle)))
    return named | {info[12].decode(): info[0] for info in infos}


def open_joints(handle: int, asset: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Centre of mass (3,) [m] of each joint's child in the world, at the joint's upper limit."""
    indices, seen = link_indices(handle), {}
    for joint in asset["joints"]:
        child = indices[body_name(asset, joint["child"])]
        pybullet.resetJointState(handle, child, pybullet.getJointInfo(handle, child)[9])
        seen[joint["name"]] = np.array(pybullet.getLinkState(handle, child, computeForwardKinematics=True)[0])
        pybullet.resetJointState(handle, child, 0)
    return seen


def read_body(handle: int, index: int) -> Body:
    """PyBullet keeps principal moments and the frame they hold in, which lies in the centre of mass; a link's frame is
    its joint's."""
    mass_kg, _, moments, center_m, axes_xyzw = pybullet.getDynamicsInfo(handle, index)[:5]
    axes = _matrix(axes_xyzw)
    return Body(mass_kg, np.array(center_m) + _frame_m(handle, index), axes @ np.diag(moments) @ axes.T)


def _frame_m(handle: int, index: int) -> NDArray[np.float64]:
    """Of a link as loaded, from the origin of the object [m]; ours are never turned."""
    return np.zeros(3) if index == BASE else np.array(pybullet.getLinkState(handle, index)[4])


def read_pose(handle: int) -> Pose:
    """What PyBullet calls the base is the frame of the centre of mass."""
    _, _, _, center_m, axes_xyzw = pybullet.getDynamicsInfo(handle, BASE)[:5]
    inverse = pybullet.invertTransform(center_m, axes_xyzw)
    origin_m, orientation_xyzw = pybullet.multiplyTransforms(*pybullet.getBasePositionAndOrientation(handle), *inverse)
    return Pose(np.array(origin_m), _matrix(orientation_xyzw))


def _matrix(orientation_xyzw: tuple[float, float, float, float]) -> NDArray[np.float64]:
    return np.array(pybullet.getMatrixFromQuaternion(orientation_xyzw)).reshape(3, 3)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
