"""Writes a LeRobot v3.0 dataset, one episode at a time; memory does not grow with the pictures.

Only the scalars of one feature are held at once, for the exact quantiles of the whole dataset.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from jobs.contracts.episodes import Episode
from jobs.contracts.export import VideoSettings
from jobs.export import layout
from jobs.export.features import Features, require_sizes
from jobs.export.layout import DEFAULT_LIMITS, Limits
from jobs.export.recording import OpenRecording
from jobs.export.series import CameraSeries, NewFile, TableSeries
from jobs.export.statistics import compute_statistics
from jobs.export.tables import episode_table, frame_table, task_table

_EPISODES_PER_WRITE = 100


class DatasetWriter:
    """`add` each episode, the successful ones first, then `finish`."""

    def __init__(
        self,
        features: Features,
        settings: VideoSettings,
        new_file: NewFile,
        scratch: Path,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._features = features
        self._settings = settings
        self._new_file = new_file
        self._limits = limits
        self._data = TableSeries(layout.DATA_PATH, new_file, limits)
        self._episodes = TableSeries(layout.EPISODES_PATH, new_file, limits)
        self._cameras = [CameraSeries(name, features, new_file, limits, scratch) for name in features.sizes_px]
        self._pending: list[dict[str, Any]] = []
        self._tasks: dict[str, int] = {}
        self._frames = 0
        self._successes = 0
        self._first: list[Episode] = []
        self._count = 0

    def add(self, recording: OpenRecording) -> None:
        """Raises: MixedEpisodes, UnreadableRecording."""
        episode = recording.episode
        self._first = self._first or [episode]
        require_sizes(self._features, recording, self._first[0])
        task = self._tasks.setdefault(episode.task_description, len(self._tasks))
        table = frame_table(self._features, recording.trajectory(), episode.success, self._count, self._frames, task)
        place = self._data.place(table.nbytes)
        self._data.append(table)
        with ThreadPoolExecutor(max(1, len(self._cameras))) as threads:  # an encoder each: bytes do not depend on it
            columns = threads.map(lambda camera: camera.add(recording, self._settings), self._cameras)
            filmed = dict(zip((camera.key for camera in self._cameras), columns, strict=True))
        statistics = {name: compute_statistics(_column(table, name)) for name in table.column_names}
        statistics |= {key: pictured for key, (_, pictured) in filmed.items()}
        row: dict[str, Any] = {
            "episode_index": self._count,
            "tasks": [episode.task_description],
            "length": episode.frames,
            "data/chunk_index": place.chunk_index,
            "data/file_index": place.file_index,
            "dataset_from_index": self._frames,
            "dataset_to_index": self._frames + episode.frames,
        }
        for columns, _ in filmed.values():
            row |= columns
        for name, values in statistics.items():
            row |= {f"stats/{name}/{statistic}": value for statistic, value in values.dump().items()}
        self._pending.append(row)
        if len(self._pending) == _EPISODES_PER_WRITE:
            self._write_episodes()
        self._count += 1
        self._frames += episode.frames
        self._successes += episode.success

    def finish(self) -> None:
        self._write_episodes()
        for series in (self._data, self._episodes, *self._cameras):
            series.close()
        pq.write_table(task_table(list(self._tasks)), self._new_file(layout.TASKS))
        self._write_json(layout.STATS, self._statistics())
        self._write_json(layout.INFO, self._info())

    def _write_episodes(self) -> None:
        if not self._pending:
            return
        place = self._episodes.place(episode_table(self._pending).nbytes)
        numbers = {f"meta/episodes/{name}": value for name, value in asdict(place).items()}
        self._episodes.append(episode_table([row | numbers for row in self._pending]))
        self._pending.clear()

    def _statistics(self) -> dict[str, Any]:
        names = [name for name, described in self._features.describe().items() if described["dtype"] != "video"]
        numbers = {name: compute_statistics(self._whole_column(name)) for name in names}
        pictures = {camera.key: camera.total.statistics() for camera in self._cameras}
        return {name: statistics.dump() for name, statistics in (numbers | pictures).items()}

    def _whole_column(self, name: str) -> NDArray[np.generic]:
        return np.concatenate([_column(pq.read_table(file, columns=[name]), name) for file in self._data.files])

    def _info(self) -> dict[str, Any]:
        failures = {"failures": f"{self._successes}:{self._count}"} if self._successes < self._count else {}
        train = {"train": f"0:{self._successes}"} if self._successes else {}
        return {
            "codebase_version": layout.CODEBASE_VERSION,
            "robot_type": self._features.robot,
            "total_episodes": self._count,
            "total_frames": self._frames,
            "total_tasks": len(self._tasks),
            **asdict(self._limits),
            "fps": self._features.fps,
            "splits": train | failures,
            "data_path": layout.DATA_PATH,
            "video_path": layout.VIDEO_PATH,
            "features": self._features.describe(),
        }

    def _write_json(self, path: str, document: dict[str, Any]) -> None:
        self._new_file(path).write_text(json.dumps(document, indent=4) + "\n")


def _column(table: pa.Table, name: str) -> NDArray[np.generic]:
    """(n,) or (n, d)"""
    column = table.column(name).combine_chunks()
    if pa.types.is_fixed_size_list(column.type):
        return column.flatten().to_numpy().reshape(len(column), -1)
    return column.to_numpy(zero_copy_only=False)
