"""Only what the profile admits, the request lists and this machine can do."""

from __future__ import annotations

import pytest

from jobs.contracts.profile import Profile
from jobs.runtime.errors import UnknownName
from jobs.runtime.profiles import load_profile
from jobs.simulation.mujoco_simulator import MujocoSimulation
from jobs.simulation.selection import probe_simulators, select_simulator
from jobs.simulation.simulator import SIMULATORS, SimulatorUnavailable, open_simulator


def admitting(*names: str, device: str = "cpu") -> Profile:
    return load_profile("demo").model_copy(update={"simulators": names, "simulator_device": device})


def test_first_simulator_that_works_is_taken() -> None:
    selection = select_simulator(("mujoco",), admitting("mujoco"))
    assert selection.simulator.name == "mujoco"
    assert selection.refused == {}


def test_moving_on_along_the_request_is_stamped(simulation: MujocoSimulation) -> None:
    selection = select_simulator(("mujoco_warp", "mujoco"), admitting("mujoco", "mujoco_warp"))
    assert list(selection.refused) == ["mujoco_warp"]
    assert "no implementation" in selection.stamp(simulation).refused["mujoco_warp"]


def test_nothing_is_used_that_the_request_does_not_list() -> None:
    with pytest.raises(SimulatorUnavailable, match="genie_sim: this version") as refusal:
        select_simulator(("genie_sim",), admitting("mujoco", "genie_sim"))
    assert refusal.value.exit_code == 69


def test_cpu_simulator_is_refused_where_a_gpu_is_required() -> None:
    with pytest.raises(SimulatorUnavailable, match="it runs on cpu, the profile requires cuda"):
        select_simulator(("mujoco",), admitting("mujoco", device="cuda"))


def test_every_reason_is_given() -> None:
    production = load_profile("production")
    with pytest.raises(SimulatorUnavailable) as refusal:
        select_simulator(("mujoco", *production.simulators), production)
    message = str(refusal.value)
    assert "mujoco: the profile admits" in message
    assert all(f"{name}: " in message for name in production.simulators)


def test_name_that_is_no_simulator_is_bad_input() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'mujoco'"):
        select_simulator(("mujocoo",), admitting("mujoco"))
    with pytest.raises(UnknownName, match="mujocoo"):
        open_simulator("mujocoo")


def test_every_simulator_of_every_profile_is_reported() -> None:
    reports = {report.name: report for report in probe_simulators()}
    assert set(reports) == {*SIMULATORS, "genie_sim", "mujoco_warp"}
    assert reports["mujoco"].ready
    assert not any(reports[name].ready for name in ("genie_sim", "mujoco_warp"))
