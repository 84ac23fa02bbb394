"""The files of one episode, in `episodes/<index>/`. Nothing in them says which shard it was part of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from jobs.contracts.episodes import Episode, EpisodesRequest, SimulatorStamp
from jobs.episodes.arm import ROBOT
from jobs.episodes.asset import TableObject
from jobs.episodes.footage import Footage
from jobs.episodes.rollout import ACTION_NAMES, STATE_NAMES, Rollout
from jobs.episodes.scene import CAMERAS
from jobs.episodes.success import Outcome
from jobs.runtime.workspace import Workspace

_PREVIEW_FRAMES = 6


@contextmanager
def open_footage(workspace: Workspace, request: EpisodesRequest, index: int) -> Iterator[dict[str, Footage]]:
    """One video per camera, finished when the context ends."""
    recording = request.recording
    footage = {
        name: Footage(
            workspace.output("episode/video", f"{_folder(index)}/{name}.mkv"),
            recording.width_px,
            recording.height_px,
            recording.fps,
        )
        for name in CAMERAS
    }
    try:
        yield footage
    finally:
        for film in footage.values():
            film.close()


def publish_episode(
    workspace: Workspace,
    request: EpisodesRequest,
    item: TableObject,
    index: int,
    rollout: Rollout,
    outcome: Outcome,
    footage: Mapping[str, Footage],
    stamp: SimulatorStamp,
) -> Episode:
    """Write everything but the videos, which are there already."""
    episode = describe_episode(request, item, index, rollout.frames, outcome, stamp)
    workspace.publish_document("episode/document", f"{_folder(index)}/episode.json", episode)
    write_trajectory(workspace.output("episode/trajectory", f"{_folder(index)}/trajectory.npz"), rollout, episode.fps)
    _write_preview(workspace.output("episode/preview", f"{_folder(index)}/preview.jpg"), footage)
    return episode


def describe_episode(
    request: EpisodesRequest, item: TableObject, index: int, frames: int, outcome: Outcome, stamp: SimulatorStamp
) -> Episode:
    return Episode(
        schema_version=1,
        scene=request.scene,
        object=item.name,
        task=request.task,
        task_description=f"Pick up the {item.name.replace('_', ' ')} and place it on the green disc.",
        index=index,
        seed=request.seed,
        frames=frames,
        fps=request.recording.fps,
        cameras=tuple(CAMERAS),
        state_names=STATE_NAMES,
        action_names=ACTION_NAMES,
        robot=ROBOT,
        success=outcome.success,
        failure=outcome.failure,
        placement_error_m=outcome.placement_error_m,
        lift_m=outcome.lift_m,
        simulator=stamp,
    )


def write_trajectory(path: Path, rollout: Rollout, fps: int) -> None:
    """The arrays that `Episode` describes. numpy dates every member of the archive 1980, so the bytes repeat."""
    control = np.array(rollout.control)
    np.savez_compressed(
        path,
        timestamp=np.arange(rollout.frames) / fps,
        state=np.array(rollout.state, np.float32),
        action=control.astype(np.float32),
        simulator_state=np.array(rollout.simulator_state),
        control=control,
    )


def _write_preview(path: Path, footage: Mapping[str, Footage]) -> None:
    """A film strip: a row per camera, time from left to right."""
    rows = [_evenly(film.thumbnails) for film in footage.values()]
    width, height = rows[0][0].size
    strip = Image.new("RGB", (width * len(rows[0]), height * len(rows)))
    for down, row in enumerate(rows):
        for right, picture in enumerate(row):
            strip.paste(picture, (right * width, down * height))
    strip.save(path, quality=85)


def _evenly(pictures: list[Image.Image]) -> list[Image.Image]:
    return [pictures[place] for place in np.linspace(0, len(pictures) - 1, _PREVIEW_FRAMES).astype(int)]


def _folder(index: int) -> str:
    return f"episodes/{index:06d}"
