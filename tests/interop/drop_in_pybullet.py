"""PyBullet drops our URDF.    python -m tests.interop.drop_in_pybullet FOLDER"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pybullet
from numpy.typing import NDArray

from tests.interop.drop import (
    TIMESTEP_S,
    Body,
    Drop,
    Pose,
    Start,
    check_body,
    check_rest,
    choose_starts,
    load_reference_m,
    run_drop,
)
from tests.interop.export import Export
from tests.interop.findings import Findings

GRAVITY_M_S2 = 9.81
BASE = -1


def main(folder: Path) -> int:
    export = Export.load(folder)
    findings = Findings(f"pybullet {version('pybullet')} (URDF)")
    pybullet.connect(pybullet.DIRECT)
    drops = [drop(start, export.urdf) for start in choose_starts(export)]
    check_body(findings, drops[0].body, export)
    for dropped in drops:
        check_rest(findings, dropped, load_reference_m(folder, dropped.start), "MuJoCo's")
    return findings.exit_code


def drop(start: Start, urdf: str) -> Drop:
    pybullet.resetSimulation()
    pybullet.setGravity(0, 0, -GRAVITY_M_S2)
    pybullet.setTimeStep(TIMESTEP_S)
    pybullet.createMultiBody(0, pybullet.createCollisionShape(pybullet.GEOM_PLANE))
    placed = (start.origin_m, start.orientation_xyzw)
    handle = pybullet.loadURDF(urdf, *placed, flags=pybullet.URDF_USE_INERTIA_FROM_FILE)
    return run_drop(start, read_body(handle), pybullet.stepSimulation, lambda: read_pose(handle))


def read_body(handle: int) -> Body:
    """PyBullet keeps principal moments and the frame they hold in, which lies in the centre of mass."""
    mass_kg, _, moments, center_m, axes_xyzw = pybullet.getDynamicsInfo(handle, BASE)[:5]
    axes = _matrix(axes_xyzw)
    return Body(mass_kg, np.array(center_m), axes @ np.diag(moments) @ axes.T)


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
