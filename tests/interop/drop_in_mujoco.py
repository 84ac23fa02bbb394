"""MuJoCo drops our MJCF; the others are held against it.    python -m tests.interop.drop_in_mujoco FOLDER"""

from __future__ import annotations

import sys
from pathlib import Path

import mujoco
import numpy as np

from tests.interop.drop import (
    TIMESTEP_S,
    Body,
    Drop,
    Pose,
    Start,
    check_body,
    check_rest,
    choose_starts,
    expected_height_m,
    run_drop,
    save_reference,
)
from tests.interop.export import Export
from tests.interop.findings import Findings


def main(folder: Path) -> int:
    export = Export.load(folder)
    findings = Findings(f"mujoco {mujoco.__version__} (MJCF)")
    name = export.load_asset()["name"]
    model = load_over_plane(export.mjcf)
    body = read_body(model, name)
    check_body(findings, body, export)
    drops = [drop(start, model, body, name) for start in choose_starts(export)]
    for dropped in drops:
        check_rest(findings, dropped, expected_height_m(dropped.start, export), "asset.json's")
    save_reference(folder, drops)
    return findings.exit_code


def load_over_plane(mjcf: str) -> mujoco.MjModel:
    spec = mujoco.MjSpec.from_file(mjcf)
    spec.option.timestep = TIMESTEP_S
    spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_PLANE, size=(0, 0, 1))
    return spec.compile()


def drop(start: Start, model: mujoco.MjModel, body: Body, name: str) -> Drop:
    data = mujoco.MjData(model)
    data.qpos[:7] = (*start.origin_m, *start.orientation_wxyz)
    return run_drop(start, body, lambda: mujoco.mj_step(model, data), lambda: read_pose(data, name))


def read_body(model: mujoco.MjModel, name: str) -> Body:
    body = model.body(name)
    axes = np.empty(9)
    mujoco.mju_quat2Mat(axes, body.iquat)
    axes = axes.reshape(3, 3)
    return Body(float(body.mass[0]), body.ipos.copy(), axes @ np.diag(body.inertia) @ axes.T)


def read_pose(data: mujoco.MjData, name: str) -> Pose:
    return Pose(data.body(name).xpos.copy(), data.body(name).xmat.reshape(3, 3).copy())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
