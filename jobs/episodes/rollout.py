"""One episode: from its random stream to everything that is recorded of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from jobs.contracts.episodes import EpisodesRequest, FailureReason, RecordingSettings
from jobs.episodes.arm import ARM_JOINTS, FINGER_JOINTS, HOME_RAD, TOOL
from jobs.episodes.asset import TableObject
from jobs.episodes.errors import UnevenRate
from jobs.episodes.footage import Footage
from jobs.episodes.grasp import plan_grasps
from jobs.episodes.kinematics import ArmKinematics
from jobs.episodes.layout import draw_layout, set_up
from jobs.episodes.scene import CAMERAS, body_of
from jobs.episodes.script import Action, PickPlace, choose_reachable
from jobs.episodes.sight import ObjectState, look_at
from jobs.episodes.success import Outcome, judge
from jobs.episodes.surface import sample_surface
from jobs.runtime.workspace import derive_seed
from jobs.simulation.simulator import FloatArray, Simulation

STATE_NAMES = (
    *(f"joint{number}" for number in range(1, 8)),
    *("finger_left", "finger_right"),
    *("tool_x", "tool_y", "tool_z", "tool_qw", "tool_qx", "tool_qy", "tool_qz"),
)
ACTION_NAMES = (*(f"joint{number}" for number in range(1, 8)), "gripper_opening")
_SURFACE_POINTS = 3000
_LOOK_FOR_OBJECT_PX = 128
_LOOK_FOR_OBJECT_EVERY = 4


@dataclass
class Rollout:
    """What was seen and done; row i was seen before action i. `visible`: share of the front picture's pixels that
    show the object, in every fourth frame.
    """

    state: list[FloatArray] = field(default_factory=list[FloatArray])
    control: list[FloatArray] = field(default_factory=list[FloatArray])
    simulator_state: list[FloatArray] = field(default_factory=list[FloatArray])
    visible: list[float] = field(default_factory=list[float])
    trace: list[ObjectState] = field(default_factory=list[ObjectState])
    release: int | None = None

    @property
    def frames(self) -> int:
        return len(self.control)


def steps_per_action(recording: RecordingSettings) -> int:
    """Raises: UnevenRate."""
    steps = 1.0 / (recording.fps * recording.timestep_s)
    if abs(steps - round(steps)) > 1e-6:
        raise UnevenRate(recording.fps, recording.timestep_s)
    return round(steps)


def episode_seed(request: EpisodesRequest, item: TableObject, index: int) -> int:
    """Seed of the episode's own random stream: it does not depend on the shard."""
    return derive_seed(request.seed, request.task, item.name, index)


def run_episode(
    simulation: Simulation,
    arm: ArmKinematics,
    item: TableObject,
    recording: RecordingSettings,
    seed: int,
    footage: Mapping[str, Footage],
) -> tuple[Rollout, Outcome]:
    """Set the table, try once, record everything and judge it. Pictures go to `footage`, one for each of `CAMERAS`."""
    layout = draw_layout(np.random.default_rng(seed), item)
    set_up(simulation, item, layout)
    script = PickPlace(arm, lambda: look_at(simulation, item), layout.goal_m, recording.fps, HOME_RAD)
    actions, gave_up = _plan(script, item)
    rollout = Rollout()
    steps = steps_per_action(recording)
    for action in actions:
        _observe(rollout, simulation, item, recording, footage)
        _act(rollout, simulation, action, steps)
    rollout.simulator_state.append(simulation.state())
    rollout.trace.append(look_at(simulation, item))
    return rollout, judge(tuple(rollout.trace), rollout.release, layout.goal_m, gave_up)


def _plan(script: PickPlace, item: TableObject) -> tuple[Iterator[Action], FailureReason | None]:
    seen = script.look()
    surface = sample_surface(item.hulls, _SURFACE_POINTS).moved(seen.position_m, seen.rotation)
    grasps = plan_grasps(surface, seen.center_of_mass_m)
    top_m = float(surface.points_m[:, 2].max())
    grasp, any_grasp = choose_reachable(script.arm, grasps, seen, top_m, script.joints_rad, script.goal_m)
    if grasp is None:
        return script.wait(), "unreachable" if any_grasp else "no_grasp_found"
    return script.actions(grasp, top_m), None


def _observe(
    rollout: Rollout,
    simulation: Simulation,
    item: TableObject,
    recording: RecordingSettings,
    footage: Mapping[str, Footage],
) -> None:
    position, orientation = simulation.pose(TOOL)
    joints = simulation.joint_positions((*ARM_JOINTS, *FINGER_JOINTS))
    rollout.state.append(np.concatenate([joints, position, orientation]))
    rollout.simulator_state.append(simulation.state())
    rollout.trace.append(look_at(simulation, item))
    for name, camera in CAMERAS.items():
        footage[name].add(simulation.render(camera, recording.width_px, recording.height_px))
    if len(rollout.state) % _LOOK_FOR_OBJECT_EVERY == 1:
        size = _LOOK_FOR_OBJECT_PX
        rollout.visible.append(simulation.visible_fraction(body_of(item), CAMERAS["front"], size, size))


def _act(rollout: Rollout, simulation: Simulation, action: Action, steps: int) -> None:
    if action.releases:
        rollout.release = rollout.frames
    rollout.control.append(action.control)
    simulation.control(action.control)
    simulation.step(steps)
