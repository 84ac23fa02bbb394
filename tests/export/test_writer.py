import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from jobs.contracts.export import VideoSettings
from jobs.export.features import Features
from jobs.export.layout import FileSeries, Limits, Place
from jobs.export.reopen import reopen
from jobs.export.statistics import PixelCounts, compute_statistics
from jobs.export.writer import DatasetWriter
from jobs.runtime.workspace import silent
from tests.export.recorded import Take

KILOBYTE_MB = 1 / 1024


def write(recordings, root: Path, limits: Limits) -> None:
    def new_file(path):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    with recordings[0].opened() as first:
        features = Features.of(first)
    writer = DatasetWriter(features, VideoSettings(), new_file, root.parent, limits)
    for recording in recordings:
        with recording.opened() as opened:
            writer.add(opened)
    writer.finish()


def test_files_and_folders_stay_within_their_limits(studio, tmp_path):
    recordings = studio.recordings(studio.commit(*(Take(index=index) for index in range(5))))
    limits = Limits(chunks_size=2, data_files_size_in_mb=KILOBYTE_MB, video_files_size_in_mb=8 * KILOBYTE_MB)
    root = tmp_path / "dataset"
    write(recordings, root, limits)
    assert (root / "data/chunk-002/file-000.parquet").is_file()
    videos = sorted(root.glob("videos/observation.images.front/*/*.mp4"))
    assert len(videos) == 3
    assert all(video.stat().st_size <= 8 * 1024 for video in videos)
    assert json.loads((root / "meta/info.json").read_text())["chunks_size"] == 2
    assert reopen(root, recordings, silent).problems == []


def test_a_hundred_and_more_episodes_keep_their_rows(studio, tmp_path):
    takes = [Take(index=index, frames=1, cameras=("front",), size_px=(16, 16)) for index in range(103)]
    recordings = studio.recordings(studio.commit(*takes))
    write(recordings, tmp_path / "dataset", Limits())
    rows = pq.read_table(tmp_path / "dataset/meta/episodes/chunk-000/file-000.parquet")
    assert rows["dataset_from_index"].to_pylist() == list(range(103))
    assert reopen(tmp_path / "dataset", recordings, silent).problems == []


def test_task_texts_are_the_index_of_a_pandas_table(studio):
    root = studio.folder_of(studio.export(studio.commit(Take(object="duck")), studio.commit(Take(object="mug"))))
    schema = pq.read_schema(root / "meta/tasks.parquet")
    table = pq.read_table(root / "meta/tasks.parquet").to_pydict()
    assert json.loads(schema.metadata[b"pandas"])["index_columns"] == ["__index_level_0__"]
    assert table == {
        "task_index": [0, 1],
        "__index_level_0__": ["pick the duck and place it on the mat", "pick the mug and place it on the mat"],
    }


def test_a_series_moves_on_when_a_file_or_a_folder_is_full():
    series = FileSeries(limit_mb=1, chunks_size=2)
    half, more = 512 * 1024, 3 * 1024**2
    places = [series.place(size) for size in (half, half, 1, more, half)]
    assert places == [Place(0, 0), Place(0, 0), Place(0, 1), Place(1, 0), Place(1, 1)]


def test_statistics_of_a_ramp():
    statistics = compute_statistics(np.stack((np.arange(101.0), np.full(101, 3.0)), axis=1))
    assert statistics.mean.tolist() == [50, 3]
    assert statistics.std.tolist() == [np.sqrt((101**2 - 1) / 12), 0]
    assert (statistics.q01.tolist(), statistics.q99.tolist()) == ([1, 3], [99, 3])
    assert statistics.count.tolist() == [101]


def test_statistics_of_pictures_are_per_channel_between_0_and_1():
    counts = PixelCounts()
    for level in (0, 255):
        counts.add(np.full((4, 4, 3), (level, 51, 102), np.uint8))
    statistics = counts.statistics()
    assert statistics.mean.shape == (3, 1, 1)
    assert np.allclose(statistics.mean.ravel(), (0.5, 0.2, 0.4))
    assert np.allclose(statistics.std.ravel(), (0.5, 0, 0))
    assert np.allclose(statistics.q50.ravel(), (0, 0.2, 0.4))
    assert np.allclose(statistics.q90.ravel(), (1, 0.2, 0.4))
    assert statistics.count.tolist() == [2]
