"""Run by a Python that has Newton: `version`, or `drop ORDER.json RESULT.json`.

Tried with Newton 1.8. It knows nothing of us but its two files: the order names a USD file, the poses to let the asset
go in and for how long; the result says which bodies Newton sees and where the first of them came to rest.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import newton
import numpy as np
import warp
from pxr import Usd

VARIANT, ENABLED = "Newton", "Enabled"


def main(step: str, *files: str) -> None:
    warp.config.log_level = warp.LOG_WARNING
    if step == "version":
        print(f"Newton {newton.__version__}")
        return
    order = json.loads(Path(files[0]).read_text())
    stage = open_stage(order["usd"])
    result = {"bodies": describe_bodies(load(stage)), "rests": [drop(stage, start, order) for start in order["starts"]]}
    Path(files[1]).write_text(json.dumps(result))


def open_stage(path: str) -> Usd.Stage:
    """With what the file says to Newton only."""
    stage = Usd.Stage.Open(path)
    stage.SetEditTarget(stage.GetSessionLayer())
    stage.GetDefaultPrim().GetVariantSets().SetSelection(VARIANT, ENABLED)
    return stage


def load(stage: Usd.Stage, start: dict[str, Any] | None = None) -> newton.ModelBuilder:
    builder = newton.ModelBuilder()
    placed = {"xform": warp.transform(start["origin_m"], start["orientation_xyzw"])} if start else {}
    builder.add_usd(stage, **placed)
    return builder


def describe_bodies(builder: newton.ModelBuilder) -> dict[str, Any]:
    """As loaded, by the name of their prim."""
    return {
        label.rsplit("/", 1)[-1]: {
            "mass_kg": float(builder.body_mass[index]),
            "center_of_mass_m": np.array(builder.body_com[index], float).tolist(),
            "inertia_kg_m2": np.array(builder.body_inertia[index], float).reshape(3, 3).tolist(),
        }
        for index, label in enumerate(builder.body_label)
    }


def drop(stage: Usd.Stage, start: dict[str, Any], order: dict[str, Any]) -> dict[str, Any]:
    """Pose of the first body after so many steps over a plane, by Newton's MuJoCo solver on the CPU."""
    builder = load(stage, start)
    builder.add_ground_plane()
    model = builder.finalize(device="cpu")
    state, following, control = model.state(), model.state(), model.control()
    solver = newton.solvers.SolverMuJoCo(model, use_mujoco_cpu=True)
    newton.eval_fk(model, model.joint_q, model.joint_qd, state)
    for _ in range(order["steps"]):
        state.clear_forces()
        solver.step(state, following, control, None, order["timestep_s"])
        state, following = following, state
    placed = state.body_q.numpy()[0].astype(float).tolist()
    return {"origin_m": placed[:3], "orientation_xyzw": placed[3:]}


if __name__ == "__main__":
    main(*sys.argv[1:])
