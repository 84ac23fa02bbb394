"""MuJoCo behind the seam."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import mujoco
import numpy as np
import pytest

from jobs.simulation.mujoco_simulator import MujocoSimulation, MujocoSimulator
from jobs.simulation.simulator import ModelRejected, open_simulator
from tests.simulation.conftest import TIMESTEP_S

UPRIGHT = np.array([1.0, 0.0, 0.0, 0.0])


def run_on(simulation: MujocoSimulation, look: bool) -> np.ndarray:
    """Twenty actions; with `look`, everything that can be read is read in between."""
    for count in range(20):
        simulation.control(np.array([0.05 * count]))
        simulation.step(10)
        if look:
            simulation.pose("ball")
            simulation.velocity("bar")
            simulation.energy_j()
            simulation.touching("ball", "world")
            simulation.render("side", 32, 32)
            simulation.visible_fraction("ball", "side", 32, 32)
    return simulation.state()


def test_ball_falls_as_galileo_says(simulation: MujocoSimulation) -> None:
    steps = 100
    before, _ = simulation.pose("ball")
    simulation.step(steps)
    after, _ = simulation.pose("ball")
    # Semi-implicit Euler: the sum of g dt^2 k over k steps.
    assert before[2] - after[2] == pytest.approx(9.81 * TIMESTEP_S**2 * steps * (steps + 1) / 2, rel=1e-6)
    linear, angular = simulation.velocity("ball")
    assert linear[2] == pytest.approx(-9.81 * steps * TIMESTEP_S, rel=1e-6)
    assert np.abs(angular).max() < 1e-9


def test_restored_state_gives_the_same_future_bit_for_bit(simulation: MujocoSimulation, model: Path) -> None:
    simulation.step(130)
    start = simulation.state()
    future = run_on(simulation, look=False)
    other = MujocoSimulator().load(model, TIMESTEP_S)
    other.restore(start)
    assert run_on(other, look=False).tobytes() == future.tobytes()


def test_looking_does_not_change_the_future(simulation: MujocoSimulation) -> None:
    simulation.step(130)
    start = simulation.state()
    unseen = run_on(simulation, look=False)
    simulation.restore(start)
    assert run_on(simulation, look=True).tobytes() == unseen.tobytes()


def test_reset_forgets_everything(simulation: MujocoSimulation) -> None:
    start = simulation.state()
    simulation.control(np.array([1.0]))
    simulation.step(50)
    simulation.reset()
    assert simulation.state().tobytes() == start.tobytes()


def test_placed_body_is_there_and_at_rest(simulation: MujocoSimulation) -> None:
    simulation.step(20)
    turned = np.array([0.6, 0.8, 0.0, 0.0])
    simulation.place("ball", np.array([0.3, 0.2, 0.4]), 2.0 * turned)
    position, orientation = simulation.pose("ball")
    linear, angular = simulation.velocity("ball")
    assert position == pytest.approx([0.3, 0.2, 0.4])
    assert orientation == pytest.approx(turned)
    assert np.abs([linear, angular]).max() == 0.0


def test_thrown_body_moves_and_turns_as_it_was_thrown(simulation: MujocoSimulation) -> None:
    """Both in the axes of the world, however the body is turned."""
    turned = np.array([0.6, 0.8, 0.0, 0.0])
    simulation.place("ball", np.array([0.3, 0.2, 2.0]), turned)
    simulation.throw("ball", np.array([1.0, 2.0, 3.0]), np.array([0.1, -0.2, 0.3]))
    linear, angular = simulation.velocity("ball")
    assert linear == pytest.approx([1.0, 2.0, 3.0])
    assert angular == pytest.approx([0.1, -0.2, 0.3])


def test_energy_of_a_falling_ball_is_that_of_its_height_and_speed(simulation: MujocoSimulation) -> None:
    bar_j = simulation.energy_j() - 9.81 * 0.5
    simulation.throw("ball", np.array([3.0, 0.0, 0.0]), np.array([0.0, 0.0, 2.0]))
    moment = 2 / 5 * 0.1**2
    assert simulation.energy_j() - bar_j == pytest.approx(9.81 * 0.5 + 9 / 2 + moment * 4 / 2)


def test_gravity_can_be_turned_until_the_reset(simulation: MujocoSimulation) -> None:
    simulation.set_gravity(np.array([2.0, 0.0, 0.0]))
    simulation.step(100)
    linear, _ = simulation.velocity("ball")
    assert linear == pytest.approx([2.0 * 100 * TIMESTEP_S, 0.0, 0.0], abs=1e-9)
    simulation.reset()
    simulation.step(100)
    linear, _ = simulation.velocity("ball")
    assert linear == pytest.approx([0.0, 0.0, -9.81 * 100 * TIMESTEP_S], abs=1e-9)


def test_marker_can_be_placed_and_stays(simulation: MujocoSimulation) -> None:
    simulation.place("marker", np.array([0.5, 0.5, 0.1]), UPRIGHT)
    simulation.step(50)
    assert simulation.pose("marker")[0] == pytest.approx([0.5, 0.5, 0.1])


def test_body_on_a_hinge_cannot_be_thrown(simulation: MujocoSimulation) -> None:
    with pytest.raises(ValueError, match="'bar' is neither free nor a marker"):
        simulation.throw("bar", np.zeros(3), np.zeros(3))


def test_body_on_a_hinge_cannot_be_placed(simulation: MujocoSimulation) -> None:
    with pytest.raises(ValueError, match="neither free nor a marker"):
        simulation.place("bar", np.zeros(3), UPRIGHT)


def test_joint_follows_its_target(simulation: MujocoSimulation) -> None:
    simulation.set_joint_positions(("hinge",), np.array([0.7]))
    assert simulation.joint_positions(("hinge",)) == pytest.approx([0.7])
    assert simulation.pose("tip")[0] == pytest.approx([1 - 0.4 * np.sin(0.7), 0, 1 - 0.4 * np.cos(0.7)])
    simulation.control(np.array([0.0]))
    simulation.step(3000)
    assert simulation.joint_positions(("hinge",)) == pytest.approx([0.0], abs=1e-3)


def test_contact_is_seen_with_its_depth(simulation: MujocoSimulation) -> None:
    assert not simulation.touching("ball", "world")
    assert simulation.penetration_m("ball") == 0.0
    simulation.place("ball", np.array([0.0, 0.0, 0.097]), UPRIGHT)
    assert simulation.touching("ball", "world")
    assert simulation.touching("world", "ball")
    assert not simulation.touching("ball", "bar")
    assert simulation.penetration_m("ball") == pytest.approx(0.003)
    assert simulation.penetration_m("bar") == 0.0


def test_picture_shows_the_ball_where_it_is(simulation: MujocoSimulation) -> None:
    simulation.place("ball", np.array([0.0, 0.0, 0.5]), UPRIGHT)
    picture = simulation.render("side", 96, 64)
    assert picture.shape == (64, 96, 3)
    assert picture.dtype == np.uint8
    red = (picture[..., 0] > 1.5 * picture[..., 2]).nonzero()
    assert np.mean(red, axis=1) == pytest.approx([31.5, 47.5], abs=1.0)


def test_visible_fraction_is_the_solid_angle_of_the_ball(simulation: MujocoSimulation) -> None:
    simulation.place("ball", np.array([0.0, 0.0, 0.5]), UPRIGHT)
    size_px = 200
    radius_px = np.tan(np.arcsin(0.1 / 2.0)) / np.tan(np.radians(22.5)) * size_px / 2
    expected = np.pi * radius_px**2 / size_px**2
    assert simulation.visible_fraction("ball", "side", size_px, size_px) == pytest.approx(expected, rel=0.03)
    simulation.place("ball", np.array([0.0, -4.0, 0.5]), UPRIGHT)
    assert simulation.visible_fraction("ball", "side", size_px, size_px) == 0.0


def test_stamp_says_who_simulated(simulation: MujocoSimulation) -> None:
    stamp = simulation.stamp
    assert (stamp.simulator, stamp.version, stamp.device) == ("mujoco", mujoco.__version__, "cpu")
    assert (stamp.timestep_s, stamp.integrator) == (TIMESTEP_S, "implicitfast")
    assert stamp.renderer


def test_file_that_is_no_model_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "broken.xml"
    path.write_text("<mujoco><worldbody><body/></worldbody")
    with pytest.raises(ModelRejected, match=r"broken\.xml") as rejection:
        MujocoSimulator().load(path, TIMESTEP_S)
    assert rejection.value.exit_code == 65


def test_divergence_is_not_hidden(simulation: MujocoSimulation) -> None:
    simulation.place("ball", np.array([0.0, 0.0, np.nan]), UPRIGHT)
    simulation.step(5)
    assert not np.isfinite(simulation.state()).all()


def test_a_warning_is_logged_and_leaves_no_file_behind(
    simulation: MujocoSimulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    simulation.place("ball", np.array([0.0, 0.0, np.nan]), UPRIGHT)
    simulation.step(5)
    assert "unstable" in caplog.text
    assert list(folder.iterdir()) == []


def test_a_simulation_that_was_not_loaded_from_a_file_leaves_none_either(tmp_path: Path) -> None:
    script = (
        "import mujoco, numpy as np\n"
        "from jobs.simulation.mujoco_simulator import MujocoSimulation\n"
        "spec = mujoco.MjSpec()\n"
        "ball = spec.worldbody.add_body(name='ball')\n"
        "ball.add_freejoint()\n"
        "ball.add_geom(type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[0.2, 0, 0])\n"
        "simulation = MujocoSimulation(spec.compile())\n"
        "simulation.place('ball', np.full(3, np.nan), np.array([1.0, 0, 0, 0]))\n"
        "simulation.step(5)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_probe_exercises_it() -> None:
    readiness = open_simulator("mujoco").probe()
    assert readiness.ready, readiness.detail
    assert readiness.device == "cpu"
    assert "fell 0.44" in readiness.detail
