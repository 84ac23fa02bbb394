"""Names and places in a LeRobot v3.0 dataset; the only place that the writer knows them from.

Source: lerobot 0.4.4, lerobot/datasets/utils.py.
"""

from __future__ import annotations

from dataclasses import dataclass

CODEBASE_VERSION = "v3.0"
INFO = "meta/info.json"
STATS = "meta/stats.json"
TASKS = "meta/tasks.parquet"
EPISODES_PATH = "meta/episodes/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
DATA_PATH = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
VIDEO_PATH = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"

STATE = "observation.state"
ACTION = "action"
SUCCESS = "next.success"
TIMESTAMP = "timestamp"
COUNTERS = ("frame_index", "episode_index", "index", "task_index")

BYTES_PER_MB = 1024**2


def video_key(camera: str) -> str:
    return f"observation.images.{camera}"


@dataclass(frozen=True)
class Limits:
    """How many files lie in a folder, and how large they may grow; a single larger episode has a file of its own."""

    chunks_size: int = 1000
    data_files_size_in_mb: float = 100
    video_files_size_in_mb: float = 200


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Place:
    """A numbered file of a series."""

    chunk_index: int = 0
    file_index: int = 0


class FileSeries:
    """Tells which numbered file the next piece goes to."""

    def __init__(self, limit_mb: float, chunks_size: int) -> None:
        self._limit_bytes = limit_mb * BYTES_PER_MB
        self._chunks_size = chunks_size
        self._files = 0
        self._filled_bytes = 0

    def place(self, size_bytes: int) -> Place:
        """Where a piece of this size goes: the current file while it fits, else the next one."""
        if self._files == 0 or self._filled_bytes + size_bytes > self._limit_bytes:
            self._files += 1
            self._filled_bytes = 0
        self._filled_bytes += size_bytes
        return Place(*divmod(self._files - 1, self._chunks_size))
