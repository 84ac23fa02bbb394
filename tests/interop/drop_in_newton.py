"""Newton drops our USD, with its MuJoCo solver on the CPU.    python -m tests.interop.drop_in_newton FOLDER

The first run compiles Newton's kernels, half a minute; `WARP_CACHE_PATH` is where they stay.
"""

from __future__ import annotations

import sys
from pathlib import Path

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
    check_body,
    check_rest,
    choose_starts,
    load_reference_m,
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
        placed = self._state.body_q.numpy()[0].astype(np.float64)
        return Pose(placed[:3], _matrix(placed[3:]))


def main(folder: Path) -> int:
    warp.config.log_level = warp.LOG_WARNING
    export = Export.load(folder)
    findings = Findings(f"newton {newton.__version__} (USD)")
    check_stage(findings, export)
    drops = [drop(start, export.usd) for start in choose_starts(export)]
    check_body(findings, drops[0].body, export)
    for dropped in drops:
        check_rest(findings, dropped, load_reference_m(folder, dropped.start), "MuJoCo's")
    return findings.exit_code


def check_stage(findings: Findings, export: Export) -> None:
    """Newton only reports the units; it does not convert."""
    builder = newton.ModelBuilder()
    read = builder.add_usd(export.usd)
    findings.equal("metres a unit", read["linear_unit"], 1.0)
    findings.equal("kilograms a unit", read["mass_unit"], 1.0)
    findings.equal("up axis", str(read["up_axis"]), "Z")
    findings.equal("bodies", builder.body_count, 1)
    findings.equal("convex colliders", count_colliders(builder), export.load_asset()["links"][0]["colliders"])


def drop(start: Start, usd: str) -> Drop:
    builder = newton.ModelBuilder()
    builder.add_usd(usd, xform=warp.transform(start.origin_m, start.orientation_xyzw))
    fall = Fall(builder)
    return run_drop(start, read_body(builder), fall.step, fall.pose)


def count_colliders(builder: newton.ModelBuilder) -> int:
    solid = int(newton.ShapeFlags.COLLIDE_SHAPES)
    kinds = [kind for kind, flags in zip(builder.shape_type, builder.shape_flags, strict=True) if flags & solid]
    convex = {newton.GeoType[kind] for kind in ("CONVEX_MESH", "BOX", "SPHERE", "CYLINDER", "CAPSULE")}
    return sum(kind in convex for kind in kinds)


def read_body(builder: newton.ModelBuilder) -> Body:
    inertia = np.array(builder.body_inertia[0], np.float64).reshape(3, 3)
    return Body(float(builder.body_mass[0]), np.array(builder.body_com[0], np.float64), inertia)


def _matrix(orientation_xyzw: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array(warp.quat_to_matrix(warp.quat(*orientation_xyzw)), np.float64).reshape(3, 3)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
