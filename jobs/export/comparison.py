"""Holds one episode of an opened dataset against its recording."""

from __future__ import annotations

import numpy as np

from jobs.export.evidence import PictureEvidence, contradict_numbers
from jobs.export.finding import Reopening
from jobs.export.opened import OpenedDataset, column_of
from jobs.export.playback import compute_psnr_db, play
from jobs.export.recording import OpenRecording

TIMESTAMP_TOLERANCE_S = 1e-4
"""What lerobot's reader tolerates."""


def compare_row(dataset: OpenedDataset, number: int, recorded: OpenRecording, found: Reopening) -> None:
    """What the episode table and info.json say."""
    episode, row, features = recorded.episode, dataset.rows[number], dataset.features
    first = dataset.rows[number - 1]["dataset_to_index"] if number else 0
    for what, seen, expected in (
        ("episode_index", row["episode_index"], number),
        ("length", row["length"], episode.frames),
        ("tasks", row["tasks"], [episode.task_description]),
        ("dataset_from_index", row["dataset_from_index"], first),
        ("dataset_to_index", row["dataset_to_index"], first + episode.frames),
        ("robot_type", dataset.info["robot_type"], episode.robot),
        ("fps", dataset.info["fps"], episode.fps),
        ("state names", features["observation.state"]["names"], [*episode.state_names]),
        ("action names", features["action"]["names"], [*episode.action_names]),
        ("videos", sorted(dataset.video_keys), sorted(f"observation.images.{name}" for name in episode.cameras)),
    ):
        found.expect(f"episode {number}: {what}", seen, expected)


def compare_numbers(dataset: OpenedDataset, number: int, recorded: OpenRecording, found: Reopening) -> None:
    """Every frame's numbers, exactly, and their statistics."""
    row, table, here = dataset.rows[number], dataset.data(number), f"episode {number}"
    count, trajectory = recorded.episode.frames, recorded.trajectory()
    columns = {name: column_of(table, name) for name in table.column_names}
    frames = np.arange(count)
    found.expect(f"{here}: rows", table.num_rows, count)
    found.expect(f"{here}: frame_index", columns["frame_index"].tolist(), frames.tolist())
    found.expect(f"{here}: index", columns["index"].tolist(), (row["dataset_from_index"] + frames).tolist())
    tasks = {dataset.tasks.get(index) for index in columns["task_index"].tolist()}
    found.expect(f"{here}: task", tasks, {recorded.episode.task_description})
    told = [recorded.episode.success and frame == count - 1 for frame in range(count)]
    found.expect(f"{here}: next.success", columns["next.success"].tolist(), told)
    late_s = np.abs(columns["timestamp"].astype(np.float64) - trajectory.timestamp_s).max()
    found.expect_within(f"{here}: error of the timestamps [s]", float(late_s), 0.0, TIMESTAMP_TOLERANCE_S)
    same_state = (columns["observation.state"] == trajectory.state).all(axis=1)
    same_action = (columns["action"] == trajectory.action).all(axis=1)
    found.equal_rows += int((same_state & same_action).sum())
    for name, values in columns.items():
        found.expect_statistics(f"{here}: {name}", contradict_numbers(dataset.claims(number, name), values))


def compare_pictures(
    dataset: OpenedDataset, number: int, camera: str, recorded: OpenRecording
) -> tuple[PictureEvidence, Reopening]:
    """Every frame of one camera, found by its time. Returns the levels of what was recorded, and what was found."""
    key, fps = f"observation.images.{camera}", recorded.episode.fps
    here = f"episode {number}: {key}"
    evidence, found = PictureEvidence(), Reopening()
    with found.noting(here):
        row = dataset.rows[number]
        width, height = recorded.size_px(camera)
        found.expect(f"{here}: shape", dataset.features[key]["shape"], [height, width, 3])
        begin_s, end_s = row[f"videos/{key}/from_timestamp"], row[f"videos/{key}/to_timestamp"]
        length_s = recorded.episode.frames / fps
        found.expect_within(f"{here}: length [s]", end_s - begin_s, length_s, TIMESTAMP_TOLERANCE_S)
        shown = play(dataset.video_file(key, row), begin_s, TIMESTAMP_TOLERANCE_S)
        for frame, original in enumerate(recorded.frames(camera)):
            evidence.add(original)
            time_s, picture = next(shown, (None, None))
            if time_s is None or picture is None:
                raise EOFError(f"the video ends before frame {frame} of {recorded.episode.frames}")
            found.expect_within(
                f"{here}: time of frame {frame} [s]", time_s - begin_s, frame / fps, TIMESTAMP_TOLERANCE_S
            )
            found.saw_frame(compute_psnr_db(picture, original))
        shown.close()
        found.expect_statistics(here, evidence.contradict(dataset.claims(number, key)))
    return evidence, found
