"""Opens a written dataset again and compares it, whole, with what was recorded. Every mismatch is collected."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jobs.export.comparison import compare_numbers, compare_pictures, compare_row
from jobs.export.evidence import PictureEvidence, contradict_numbers
from jobs.export.finding import Reopening
from jobs.export.opened import OpenedDataset
from jobs.export.playback import count_frames
from jobs.export.recording import Recorded
from jobs.runtime.workspace import Progress

_TYPES = {"float32": pa.float32(), "int64": pa.int64(), "bool": pa.bool_()}
_VECTORS = ("observation.state", "action")
_BYTES_PER_MB = 1 << 20


def reopen(root: Path, recordings: Sequence[Recorded], progress: Progress) -> Reopening:
    """Compare the dataset below `root` with the recordings that should be in it, in this order."""
    found = Reopening()
    found.expected_frames = sum(item.episode.frames * len(item.episode.cameras) for item in recordings)
    with found.noting("metadata"):
        dataset = OpenedDataset(root)
        pictures = {key: PictureEvidence() for key in dataset.video_keys}
        for number, recording in enumerate(recordings):
            progress("compare episode", number, len(recordings))
            _compare_episode(dataset, number, recording, pictures, found)
        _compare_totals(dataset, [recording.episode.success for recording in recordings], found)
        with found.noting("data"):
            _compare_schemas(dataset, found)
        with found.noting("meta/stats.json"):
            _compare_statistics(dataset, pictures, found)
        with found.noting("files"):
            _compare_files(dataset, found)
    return found


def _compare_episode(
    dataset: OpenedDataset, number: int, recording: Recorded, pictures: Mapping[str, PictureEvidence], found: Reopening
) -> None:
    with recording.opened() as recorded:
        with found.noting(f"episode {number}"):
            compare_row(dataset, number, recorded, found)
            compare_numbers(dataset, number, recorded, found)
        cameras = recording.episode.cameras
        with ThreadPoolExecutor(max(1, len(cameras))) as threads:
            filmed = threads.map(lambda camera: compare_pictures(dataset, number, camera, recorded), cameras)
            for camera, (evidence, part) in zip(cameras, filmed, strict=True):
                found.merge(part)
                if f"observation.images.{camera}" in pictures:
                    pictures[f"observation.images.{camera}"].merge(evidence)


def _compare_totals(dataset: OpenedDataset, successes: list[bool], found: Reopening) -> None:
    """Counts, splits and tasks."""
    good, count = sum(successes), len(successes)
    train = {"train": f"0:{good}"} if good else {}
    failures = {"failures": f"{good}:{count}"} if good < count else {}
    for what, seen, expected in (
        ("codebase_version", dataset.info["codebase_version"], "v3.0"),
        ("total_episodes", dataset.info["total_episodes"], count),
        ("rows in meta/episodes", len(dataset.rows), count),
        ("total_frames", dataset.info["total_frames"], sum(row["length"] for row in dataset.rows)),
        ("total_tasks", dataset.info["total_tasks"], len(dataset.tasks)),
        ("task indices", sorted(dataset.tasks), list(range(len(dataset.tasks)))),
        ("splits", dataset.info["splits"], train | failures),
    ):
        found.expect(what, seen, expected)


def _compare_schemas(dataset: OpenedDataset, found: Reopening) -> None:
    """The exact column types that readers rely on."""
    for file in sorted({dataset.data_file(row) for row in dataset.rows}):
        schema, here = pq.read_schema(file), dataset.name(file)
        found.expect(f"{here}: columns", sorted(schema.names), sorted(dataset.number_keys))
        for key in dataset.number_keys:
            scalar, shape = _TYPES[dataset.features[key]["dtype"]], dataset.features[key]["shape"]
            expected = pa.list_(scalar, shape[0]) if key in _VECTORS else scalar
            found.expect(f"{here}: type of {key}", schema.field(key).type, expected)


def _compare_statistics(dataset: OpenedDataset, pictures: Mapping[str, PictureEvidence], found: Reopening) -> None:
    """Those of the whole dataset, and that its rows lie in order."""
    claims: dict[str, Any] = json.loads((dataset.root / "meta/stats.json").read_text())
    found.expect("features in meta/stats.json", sorted(claims), sorted(dataset.features))
    for key in dataset.number_keys:
        found.expect_statistics(f"meta/stats.json: {key}", contradict_numbers(claims[key], dataset.whole(key)))
    for key, evidence in pictures.items():
        found.expect_statistics(f"meta/stats.json: {key}", evidence.contradict(claims[key]))
    index = dataset.whole("index")
    found.expect("rows lie in order", bool(np.array_equal(index, np.arange(len(index)))), True)


def _compare_files(dataset: OpenedDataset, found: Reopening) -> None:
    """Each announced file is there, within its limit, and nothing else is."""
    data = Counter(dataset.data_file(row) for row in dataset.rows)
    videos: Counter[Path] = Counter()
    frames: Counter[Path] = Counter()
    for row in dataset.rows:
        for video in (dataset.video_file(key, row) for key in dataset.video_keys):
            videos[video] += 1
            frames[video] += row["length"]
    metadata = (dataset.root / name for name in ("meta/info.json", "meta/stats.json", "meta/tasks.parquet"))
    expected = {*metadata, *dataset.episode_files, *data, *videos}
    present = {file for file in dataset.root.rglob("*") if not file.is_dir()}
    found.problems += [f"{dataset.name(file)} is missing" for file in sorted(expected - present)]
    found.problems += [f"{dataset.name(file)} belongs to nothing" for file in sorted(present - expected)]
    for counted, limit in ((data, "data_files_size_in_mb"), (videos, "video_files_size_in_mb")):
        for file in sorted(counted.keys() & present):
            if counted[file] > 1 and file.stat().st_size > dataset.info[limit] * _BYTES_PER_MB:
                found.problems.append(f"{dataset.name(file)} is larger than {limit} allows")
    for video in sorted(frames.keys() & present):
        with found.noting(dataset.name(video)):
            found.expect(f"{dataset.name(video)}: frames", count_frames(video), frames[video])
