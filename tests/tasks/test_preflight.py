"""Before any work: only admitted simulators, only ones that have just proven themselves."""

from __future__ import annotations

import pytest

from jobs.contracts.run import ObjectRequest, RunRequest
from jobs.runtime.profiles import load_profile
from tasks.preflight import NoSimulatorReady, SimulatorNotAdmitted, choose_simulators, require_simulator


def request(**changes: object) -> RunRequest:
    return RunRequest.model_validate(
        {"schema_version": 1, "scene": "s", "objects": (ObjectRequest(name="a", mesh="a.glb"),), **changes}
    )


def test_without_a_list_only_the_first_admitted_simulator_may_run():
    assert choose_simulators(request(), load_profile("production")) == ("isaac_sim",)


def test_the_requests_order_is_kept():
    listed = ("mujoco_warp", "isaac_sim")
    assert choose_simulators(request(simulators=listed), load_profile("production")) == listed


def test_a_cpu_simulator_is_not_admitted_to_production():
    with pytest.raises(SimulatorNotAdmitted, match="isaac_sim"):
        choose_simulators(request(simulators=("mujoco",)), load_profile("production"))


def test_mujoco_steps_and_renders_on_this_machine():
    assert require_simulator(request(), load_profile("demo")) == ("mujoco",)


def test_production_names_every_simulator_that_it_missed():
    asked = request(simulators=("isaac_sim", "mujoco_warp"))
    with pytest.raises(NoSimulatorReady, match=r"isaac_sim.*mujoco_warp"):
        require_simulator(asked, load_profile("production"))


def test_a_mesh_alone_needs_no_simulator():
    require_simulator(request(until="reconstruction"), load_profile("production"))
