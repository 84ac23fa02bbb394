"""What is recorded can be read again, exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from jobs.contracts.episodes import RecordingSettings
from jobs.episodes.asset import TableObject
from jobs.episodes.errors import UnevenRate
from jobs.episodes.footage import Footage
from jobs.episodes.kinematics import ArmKinematics
from jobs.episodes.layout import draw_layout, set_up
from jobs.episodes.recording import write_trajectory
from jobs.episodes.replay import count_exact_states
from jobs.episodes.rollout import Rollout, run_episode, steps_per_action
from jobs.episodes.scene import CAMERAS, author_scene, body_of
from jobs.episodes.sight import look_at
from jobs.simulation.mujoco_simulator import MujocoSimulation, MujocoSimulator
from tests.episodes.assets import LYING_WXYZ, box, cylinder
from tests.episodes.conftest import SMALL

MakeObject = Callable[..., TableObject]


@pytest.fixture
def item(make_object: MakeObject) -> TableObject:
    return make_object(box((0.05, 0.04, 0.06)))


@pytest.fixture
def scene(item: TableObject, tmp_path: Path) -> Path:
    return author_scene(item, tmp_path / "scene.xml")


@pytest.fixture
def simulation(scene: Path) -> Iterator[MujocoSimulation]:
    loaded = MujocoSimulator().load(scene, SMALL.timestep_s)
    yield loaded
    loaded.close()


def roll_out(
    simulation: MujocoSimulation, item: TableObject, folder: Path, seed: int = 5
) -> tuple[Rollout, dict[str, Footage]]:
    folder.mkdir()
    footage = {name: Footage(folder / f"{name}.mkv", SMALL.width_px, SMALL.height_px, SMALL.fps) for name in CAMERAS}
    rollout, _ = run_episode(simulation, ArmKinematics(), item, SMALL, seed, footage)
    for film in footage.values():
        film.close()
    write_trajectory(folder / "trajectory.npz", rollout, SMALL.fps)
    return rollout, footage


def test_same_seed_gives_the_same_bytes_whatever_ran_before(
    simulation: MujocoSimulation, item: TableObject, tmp_path: Path
) -> None:
    roll_out(simulation, item, tmp_path / "first")
    roll_out(simulation, item, tmp_path / "other", seed=6)
    roll_out(simulation, item, tmp_path / "again")
    for name in ("trajectory.npz", "front.mkv", "wrist.mkv"):
        first = (tmp_path / "first" / name).read_bytes()
        assert (tmp_path / "again" / name).read_bytes() == first
        assert (tmp_path / "other" / name).read_bytes() != first


def test_replay_in_a_fresh_simulation_gives_every_state(
    simulation: MujocoSimulation, item: TableObject, scene: Path, tmp_path: Path
) -> None:
    rollout, _ = roll_out(simulation, item, tmp_path / "episode")
    states, controls = np.array(rollout.simulator_state), np.array(rollout.control)
    steps = steps_per_action(SMALL)
    fresh = MujocoSimulator().load(scene, SMALL.timestep_s)
    assert count_exact_states(fresh, states, controls, steps) == len(controls)
    controls[40, 2] += 1e-9
    assert count_exact_states(fresh, states, controls, steps) == 40


def read_footage(path: Path) -> NDArray[np.uint8]:
    """(n, height, width, 3) sRGB, every frame of a video that `Footage` wrote."""
    with av.open(str(path)) as container:
        return np.stack([np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)])


def test_recorded_state_is_what_was_seen_before_the_action(
    simulation: MujocoSimulation, item: TableObject, tmp_path: Path
) -> None:
    rollout, footage = roll_out(simulation, item, tmp_path / "episode")
    middle = 30
    simulation.restore(rollout.simulator_state[middle])
    picture = simulation.render(CAMERAS["front"], SMALL.width_px, SMALL.height_px)
    frames = read_footage(tmp_path / "episode" / "front.mkv")
    assert frames.shape == (rollout.frames, SMALL.height_px, SMALL.width_px, 3)
    assert (frames[middle] == picture).all()
    assert footage["front"].least_contrast == pytest.approx(min(frame.std() for frame in frames) / 255)


def test_video_is_lossless_for_noise(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (5, 34, 50, 3), np.uint8)
    footage = Footage(tmp_path / "noise.mkv", 50, 34, 30)
    for picture in pictures:
        footage.add(picture)
    footage.close()
    assert (read_footage(tmp_path / "noise.mkv") == pictures).all()
    with av.open(str(tmp_path / "noise.mkv")) as container:
        assert container.streams.video[0].average_rate == 30


def test_object_lies_still_on_the_table_where_it_was_drawn(make_object: MakeObject, tmp_path: Path) -> None:
    can = make_object(cylinder(0.03, 0.1), 0.3, name="can", poses=(LYING_WXYZ,))
    simulation = MujocoSimulator().load(author_scene(can, tmp_path / "scene.xml"), 0.002)
    for seed in range(4):
        layout = draw_layout(np.random.default_rng(seed), can)
        set_up(simulation, can, layout)
        seen = look_at(simulation, can)
        assert seen.center_of_mass_m == pytest.approx([*layout.start_m, 0.03], abs=2e-3)
        assert abs(seen.lowest_m) < 1e-3
        assert seen.on_table
        assert not seen.in_gripper
        assert seen.speed_m_s < 0.005
        assert np.sign(layout.start_m[1]) == -np.sign(layout.goal_m[1])
        assert simulation.penetration_m(body_of(can)) < 1e-3


def test_pads_do_not_sink_into_what_they_hold(simulation: MujocoSimulation, item: TableObject, tmp_path: Path) -> None:
    rollout, _ = roll_out(simulation, item, tmp_path / "episode")
    assert rollout.release is not None
    opening_m = np.array(rollout.state)[rollout.release - 5, 7:9].sum()
    assert min(abs(opening_m - side_m) for side_m in (0.04, 0.05)) < 1e-3


def test_rates_that_fit_give_whole_steps() -> None:
    assert steps_per_action(RecordingSettings(fps=20, timestep_s=0.002)) == 25
    assert steps_per_action(RecordingSettings(fps=50, timestep_s=0.001)) == 20
    with pytest.raises(UnevenRate):
        steps_per_action(RecordingSettings(fps=30, timestep_s=0.002))
