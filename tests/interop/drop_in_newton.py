"""Newton drops our USD, with its MuJoCo solver on the CPU.    python -m tests.interop.drop_in_newton FOLDER

The first run compiles Newton's kernels, half a minute; `WARP_CACHE_PATH` is where they stay.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import newton
import numpy as np
import warp
from numpy.typing import NDArray

from tests.interop.drop import (
    TIMESTEP_S,
    Body,
    Drop,
    Pose,
    Start,
    check_bodies,
    check_opened,
    check_rest,
    load_rests,
    run_drop,
)
from tests.interop.export import Export
from tests.interop.findings import Findings


class Fall:
    """The model over a plane, stepped on the CPU."""

    def __init__(self, builder: newton.ModelBuilder) -> None:
        builder.add_ground_plane()
        self._model = builder.finalize(device="cpu")
        self._state, self._next = self._model.state(), self._model.state()
        self._control = self._model.control()
        self._solver = newton.solvers.SolverMuJoCo(self._model, use_mujoco_cpu=True)
        newton.eval_fk(self._model, self._model.joint_q, self._model.joint_qd, self._state)

    def step(self) -> None:
        self._state.clear_forces()
        self._solver.step(self._state, self._next, self._control, None, TIMESTEP_S)
        self._state, self._next = self._next, self._state

    def pose(self) -> Pose:
        return _pose(self._state, 0)


def main(folder: Path) -> int:
    warp.config.log_level = warp.LOG_WARNING
    findings = Findings(f"newton {newton.__version__} (USD)")
    for files in Export.load(folder).assets:
        asset = files.load()
        check_stage(findings, files.usd, asset)
        builder = newton.ModelBuilder()
        builder.add_usd(files.usd)
        bodies = read_bodies(builder)
        check_bodies(findings, bodies, asset)
        check_opened(findings, open_joints(builder, asset), asset)
        for rest in load_rests(folder, asset["name"]):
            dropped = drop(rest.start, files.usd, bodies[asset["links"][0]["name"]])
            check_rest(findings, dropped, rest, "MuJoCo's")
    return findings.exit_code


def check_stage(findings: Findings, usd: str, asset: Mapping[str, Any]) -> None:
    """Newton only reports the units; it does not convert."""
    builder = newton.ModelBuilder()
    read = builder.add_usd(usd)
    findings.equal(f"{asset['name']}, metres a unit", read["linear_unit"], 1.0)
    findings.equal(f"{asset['name']}, kilograms a unit", read["mass_unit"], 1.0)
    findings.equal(f"{asset['name']}, up axis", str(read["up_axis"]), "Z")
    colliders = sum(link["colliders"] for link in asset["links"])
    findings.equal(f"{asset['name']}, convex colliders", count_colliders(builder), colliders)


def drop(start: Start, usd: str, body: Body) -> Drop:
    builder = newton.ModelBuilder()
    builder.add_usd(usd, xform=warp.transform(start.origin_m, start.orientation_xyzw))
    fall = Fall(builder)
    return run_drop(start, body, fall.step, fall.pose)


def count_colliders(builder: newton.ModelBuilder) -> int:
    solid = int(newton.ShapeFlags.COLLIDE_SHAPES)
    kinds = [kind for kind, flags in zip(builder.shape_type, builder.shape_flags, strict=True) if flags & solid]
    convex = {newton.GeoType[kind] for kind in ("CONVEX_MESH", "BOX", "SPHERE", "CYLINDER", "CAPSULE")}
    return sum(kind in convex for kind in kinds)


def read_bodies(builder: newton.ModelBuilder) -> dict[str, Body]:
    """By the name of their prim; as loaded, a body's frame is the object's."""
    return {_name(label): read_body(builder, index) for index, label in enumerate(builder.body_label)}


def read_body(builder: newton.ModelBuilder, index: int) -> Body:
    inertia = np.array(builder.body_inertia[index], np.float64).reshape(3, 3)
    return Body(float(builder.body_mass[index]), np.array(builder.body_com[index], np.float64), inertia)


def open_joints(builder: newton.ModelBuilder, asset: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Centre of mass (3,) [m] of each joint's child in the world, at the joint's upper limit."""
    seen: dict[str, NDArray[np.float64]] = {}
    if not asset["joints"]:
        return seen
    model = builder.finalize(device="cpu")
    joints = {_name(label): index for index, label in enumerate(builder.joint_label)}
    for joint in asset["joints"]:
        index = joints[joint["name"]]
        child, positions = builder.joint_child[index], model.joint_q.numpy()
        positions[builder.joint_q_start[index]] = builder.joint_limit_upper[builder.joint_qd_start[index]]
        state = model.state()
        newton.eval_fk(model, warp.array(positions, dtype=float, device="cpu"), model.joint_qd, state)
        seen[joint["name"]] = _pose(state, child).center_m(read_body(builder, child))
    return seen


def _name(label: str) -> str:
    return label.rsplit("/", 1)[-1]


def _pose(state: newton.State, body: int) -> Pose:
    placed = state.body_q.numpy()[body].astype(np.float64)
    return Pose(placed[:3], _matrix(placed[3:]))


def _matrix(orientation_xyzw: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array(warp.quat_to_matrix(warp.quat(*orientation_xyzw)), np.float64).reshape(3, 3)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
