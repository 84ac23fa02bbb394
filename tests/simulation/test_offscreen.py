"""Pictures without a window, and what is said where there can be none."""

from __future__ import annotations

import os

import mujoco
import pytest

from jobs.simulation import offscreen
from jobs.simulation.mujoco_simulator import MujocoSimulator
from jobs.simulation.offscreen import Offscreen
from jobs.simulation.simulator import SimulatorUnavailable


def test_backend_that_needs_a_window_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUJOCO_GL", "glfw")
    with pytest.raises(SimulatorUnavailable, match="Unset MUJOCO_GL") as refusal:
        Offscreen(mujoco.MjSpec().compile())
    assert refusal.value.exit_code == 69


def test_missing_libraries_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MUJOCO_GL", raising=False)
    monkeypatch.setattr(offscreen, "LIBRARIES", {"egl": "libAbsentEGL.so.1", "osmesa": "libAbsentOSMesa.so.8"})
    readiness = MujocoSimulator().probe()
    assert not readiness.ready
    assert "libAbsentEGL.so.1, libAbsentOSMesa.so.8" in readiness.detail
    assert all(package in readiness.remedy for package in ("libegl1", "libosmesa6", "libgl1"))


def test_mesa_gets_no_threads_of_its_own() -> None:
    Offscreen(mujoco.MjSpec().compile()).close()
    assert os.environ["LP_NUM_THREADS"] == "0"
