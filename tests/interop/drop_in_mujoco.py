"""MuJoCo drops our MJCF; the others are held against it.    python -m tests.interop.drop_in_mujoco FOLDER"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from tests.interop.drop import (
    DROP_HEIGHT_M,
    TIMESTEP_S,
    Body,
    Drop,
    Pose,
    Rest,
    Start,
    body_name,
    check_bodies,
    check_opened,
    check_rest,
    run_drop,
    save_rests,
)
from tests.interop.export import AssetFiles, Export
from tests.interop.findings import Findings

POSES = 2
"""That each asset is dropped in: the most frequent of those that it rests in. One where there are joints: on its side a
box falls open."""
TILT_DEG = 5.0
RISE = 0.01
"""By this share the centre of mass of what stands firmly rises when it is tilted so far."""


def main(folder: Path) -> int:
    findings = Findings(f"mujoco {mujoco.__version__} (MJCF)")
    rests: dict[str, list[Rest]] = {}
    for files in Export.load(folder).assets:
        asset = files.load()
        model = load_over_plane(files)
        bodies = {link["name"]: read_body(model, body_name(asset, link["name"])) for link in asset["links"]}
        check_bodies(findings, bodies, asset)
        check_opened(findings, open_joints(model, asset), asset)
        body = bodies[asset["links"][0]["name"]]
        drops = [drop(start, model, body, asset["name"]) for start in choose_starts(model, asset, body)]
        for dropped in drops:
            as_let_go = Pose(np.array(dropped.start.origin_m), _matrix(np.array(dropped.start.orientation_wxyz)))
            hard = Rest(dropped.start, np.array(dropped.start.standing_m), as_let_go.R_world_object)
            check_rest(findings, dropped, hard, "a hard contact's")
        rests[asset["name"]] = [
            Rest(dropped.start, dropped.end.center_m(body), dropped.end.R_world_object) for dropped in drops
        ]
    save_rests(folder, rests)
    return findings.exit_code


def load_over_plane(files: AssetFiles) -> mujoco.MjModel:
    spec = mujoco.MjSpec.from_file(files.mjcf)
    spec.option.timestep = TIMESTEP_S
    spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_PLANE, size=(0, 0, 1))
    return spec.compile()


def choose_starts(model: mujoco.MjModel, asset: Mapping[str, Any], body: Body) -> list[Start]:
    """The poses it rests in, with the lowest point that is seen `DROP_HEIGHT_M` over the plane."""
    points_m = read_visual_m(model, asset["name"])
    starts: list[Start] = []
    for index, orientation_wxyz in enumerate(asset["stable_poses_wxyz"][: 1 if asset["joints"] else POSES]):
        R = _matrix(np.array(orientation_wxyz))
        lowest_m = float((points_m @ R.T)[:, 2].min())
        standing_m = R @ body.center_of_mass_m - (0, 0, lowest_m)
        name, origin_m = f"{asset['name']} in pose {index}", (0.0, 0.0, DROP_HEIGHT_M - lowest_m)
        steady = is_steady((points_m - body.center_of_mass_m) @ R.T)
        starts.append(Start(name, origin_m, tuple(orientation_wxyz), tuple(standing_m.tolist()), steady))
    return starts


def is_steady(points_m: NDArray[np.float64]) -> bool:
    """Whether the centre of mass, at the origin, rises however the points (n, 3) [m] are tilted."""
    tilt, height_m = np.deg2rad(TILT_DEG), -points_m[:, 2].min()
    for heading in np.linspace(0, 2 * np.pi, 16, endpoint=False):
        down = np.array([np.sin(tilt) * np.cos(heading), np.sin(tilt) * np.sin(heading), -np.cos(tilt)])
        if (points_m @ down).max() < height_m * (1 + RISE):
            return False
    return True


def open_joints(model: mujoco.MjModel, asset: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Centre of mass (3,) [m] of each joint's child in the world, at the joint's upper limit."""
    data, seen = mujoco.MjData(model), {}
    for joint in asset["joints"]:
        mujoco.mj_resetData(model, data)
        name = f"{asset['name']}_{joint['name']}"
        data.joint(name).qpos[0] = model.joint(name).range[1]
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        seen[joint["name"]] = data.body(body_name(asset, joint["child"])).xipos.copy()
    return seen


def drop(start: Start, model: mujoco.MjModel, body: Body, name: str) -> Drop:
    data = mujoco.MjData(model)
    data.qpos[:7] = (*start.origin_m, *start.orientation_wxyz)
    return run_drop(start, body, lambda: mujoco.mj_step(model, data), lambda: read_pose(data, name))


def read_body(model: mujoco.MjModel, name: str) -> Body:
    body = model.body(name)
    axes = _matrix(body.iquat)
    return Body(float(body.mass[0]), body.ipos.copy(), axes @ np.diag(body.inertia) @ axes.T)


def read_visual_m(model: mujoco.MjModel, name: str) -> NDArray[np.float64]:
    """Vertices (n, 3) [m] of what is seen of a body, in its frame."""
    geom = model.geom(f"{name}_visual")
    mesh = model.mesh(geom.dataid[0])
    first, count = int(mesh.vertadr[0]), int(mesh.vertnum[0])
    return model.mesh_vert[first : first + count] @ _matrix(geom.quat).T + geom.pos


def read_pose(data: mujoco.MjData, name: str) -> Pose:
    return Pose(data.body(name).xpos.copy(), data.body(name).xmat.reshape(3, 3).copy())


def _matrix(quaternion_wxyz: NDArray[np.float64]) -> NDArray[np.float64]:
    axes = np.empty(9)
    mujoco.mju_quat2Mat(axes, quaternion_wxyz)
    return axes.reshape(3, 3)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
