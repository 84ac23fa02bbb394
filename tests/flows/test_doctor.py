"""A profile is ready when everything that it needs has just proven itself."""

from __future__ import annotations

from typing import Literal

import pytest

from flows.doctor_command import find_missing
from jobs.contracts.report import Readiness
from jobs.runtime.profiles import load_profile


def capability(
    kind: Literal["provider", "simulator", "store", "job"],
    name: str,
    ready: bool = True,
    device: Literal["cpu", "cuda"] = "cpu",
) -> Readiness:
    return Readiness(kind=kind, name=name, ready=ready, device=device, seconds=0.1, detail="tried")


STORE = capability("store", "folder")
JOB = capability("job", "export")
PROVIDER = capability("provider", "mesh_import")
MUJOCO = capability("simulator", "mujoco")


def test_a_laptop_is_enough_for_the_demo():
    assert find_missing((STORE, JOB, PROVIDER, MUJOCO), load_profile("demo")) == ()


PROVIDERS = ", ".join(load_profile("demo").providers)


@pytest.mark.parametrize(
    ("capabilities", "missing"),
    [
        ((capability("store", "gcs", ready=False), JOB, PROVIDER, MUJOCO), "store gcs"),
        ((STORE, capability("job", "export", ready=False), PROVIDER, MUJOCO), "job export"),
        ((STORE, JOB, MUJOCO), f"one of the providers {PROVIDERS}"),
        ((STORE, JOB, PROVIDER), "simulator mujoco on cpu"),
    ],
)
def test_what_is_missing_is_named(capabilities: tuple[Readiness, ...], missing: str):
    assert find_missing(capabilities, load_profile("demo")) == (missing,)


def test_production_wants_its_simulator_on_a_gpu():
    newton = capability("simulator", "newton")
    on_cpu = (STORE, JOB, PROVIDER, newton, capability("simulator", "isaac_sim"))
    on_gpu = (STORE, JOB, PROVIDER, newton, capability("simulator", "isaac_sim", device="cuda"))
    assert find_missing(on_cpu, load_profile("production")) == ("simulator isaac_sim on cuda",)
    assert find_missing(on_gpu, load_profile("production")) == ()


def test_production_wants_newton_to_cross_check_in():
    without = (STORE, JOB, PROVIDER, capability("simulator", "isaac_sim", device="cuda"))
    assert find_missing(without, load_profile("production")) == ("simulator newton",)
