"""Request and results of the episodes job."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from jobs.contracts.document import Document, JobName, Name
from jobs.contracts.manifest import ManifestRef

FailureReason = Literal[
    "no_grasp_found", "unreachable", "not_lifted", "dropped", "missed_goal", "not_at_rest", "not_released"
]


class RecordingSettings(Document):
    """Rate and cameras of a recording. Physics runs at `timestep_s`, an action holds for 1/`fps` seconds."""

    fps: Annotated[int, Field(ge=1, le=100)] = 20
    width_px: Annotated[int, Field(ge=16, le=2048)] = 256
    height_px: Annotated[int, Field(ge=16, le=2048)] = 256
    timestep_s: Annotated[float, Field(gt=0, le=0.005)] = 0.002


class EpisodesRequest(Document):
    """Episodes `first_episode` .. `first_episode + episode_count - 1` of one task.

    Episode i is the same whatever shard it is part of: its random stream comes from (seed, task, i).
    """

    job: ClassVar[JobName] = "episodes"
    schema_version: Literal[1]
    profile: Name
    scene: Name
    asset: ManifestRef
    task: Literal["pick_place"] = "pick_place"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    first_episode: Annotated[int, Field(ge=0)] = 0
    episode_count: Annotated[int, Field(ge=1, le=100_000)]
    simulators: Annotated[tuple[Name, ...], Field(min_length=1)]
    recording: RecordingSettings = RecordingSettings()


class SimulatorStamp(Document):
    """Who simulated and rendered. `refused`: simulators that the request listed first, and why they did not run."""

    simulator: Name
    version: str
    device: Literal["cpu", "cuda"]
    renderer: str
    timestep_s: float
    integrator: str
    refused: dict[str, str] = Field(default_factory=dict)


class Episode(Document):
    """`episode.json` of one episode; `<n>` rows are frames.

    Beside it lie `trajectory.npz` with arrays `timestamp` (n,) [s], `state` (n, S) float32 named by `state_names`,
    `action` (n, A) float32 named by `action_names`, `simulator_state` (n + 1, X) float64, the simulator's whole state
    before each action and after the last, `control` (n, U) float64, what the simulator was given; and one lossless
    video `<camera>.mkv` of n frames per camera.
    """

    schema_version: Literal[1]
    scene: Name
    object: Name
    task: str
    task_description: str
    index: int
    seed: int
    frames: int
    fps: int
    cameras: tuple[Name, ...]
    state_names: tuple[str, ...]
    action_names: tuple[str, ...]
    robot: Name
    success: bool
    failure: FailureReason | None
    placement_error_m: float
    lift_m: float
    simulator: SimulatorStamp
