"""Series of numbered files that a dataset grows by: tables and videos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.contracts.export import VideoSettings
from jobs.export import layout
from jobs.export.features import Features
from jobs.export.layout import FileSeries, Limits, Place
from jobs.export.recording import OpenRecording
from jobs.export.statistics import PixelCounts, Statistics
from jobs.export.video import JoinedVideo, encode_clip

NewFile = Callable[[str], Path]
"""Announces a file of the dataset by its relative path, and says where to write it."""


class TableSeries:
    """A series of numbered Parquet files."""

    def __init__(self, template: str, new_file: NewFile, limits: Limits) -> None:
        self.files: list[Path] = []
        self._template = template
        self._new_file = new_file
        self._series = FileSeries(limits.data_files_size_in_mb, limits.chunks_size)
        self._place: Place | None = None
        self._writer: pq.ParquetWriter | None = None

    def place(self, size_bytes: int) -> Place:
        """Where a table of this size will go; `append` it next."""
        place = self._series.place(size_bytes)
        if place != self._place:
            self.close()
            self._place = place
        return place

    def append(self, table: pa.Table) -> None:
        assert self._place is not None
        if self._writer is None:
            self.files.append(self._new_file(self._template.format(**asdict(self._place))))
            self._writer = pq.ParquetWriter(self.files[-1], table.schema, compression="snappy")
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class CameraSeries:
    """The numbered videos of one camera, and the statistics of its pictures."""

    def __init__(self, camera: str, features: Features, new_file: NewFile, limits: Limits, scratch: Path) -> None:
        self.key = layout.video_key(camera)
        self.total = PixelCounts()
        self._camera = camera
        self._features = features
        self._new_file = new_file
        self._series = FileSeries(limits.video_files_size_in_mb, limits.chunks_size)
        self._clip = scratch / f"{camera}.mp4"
        self._place: Place | None = None
        self._video: JoinedVideo | None = None

    def add(self, recording: OpenRecording, settings: VideoSettings) -> tuple[dict[str, Any], Statistics]:
        """Append an episode's pictures. Returns its columns of the episode table and its statistics."""
        counts = PixelCounts()
        size_px = self._features.sizes_px[self._camera]
        pictures = counts.counting(recording.frames(self._camera))
        video = self._video_for(encode_clip(pictures, size_px, self._features.fps, settings, self._clip))
        begin_s = video.end_s
        video.append(self._clip)
        self._clip.unlink()
        self.total.merge(counts)
        assert self._place is not None
        columns = asdict(self._place) | {"from_timestamp": begin_s, "to_timestamp": video.end_s}
        return {f"videos/{self.key}/{name}": value for name, value in columns.items()}, counts.statistics()

    def close(self) -> None:
        if self._video is not None:
            self._video.close()

    def _video_for(self, size_bytes: int) -> JoinedVideo:
        place = self._series.place(size_bytes)
        if self._video is None or place != self._place:
            self.close()
            path = self._new_file(layout.VIDEO_PATH.format(video_key=self.key, **asdict(place)))
            self._place, self._video = place, JoinedVideo(path, self._features.fps)
        return self._video
