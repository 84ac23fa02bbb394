"""lerobot opens our dataset and feeds it to a torch DataLoader, as training would.

    HF_HUB_OFFLINE=1 python -m tests.interop.open_in_lerobot FOLDER

Expected values come from our parquet files, read with pyarrow, and from our videos, decoded with PyAV.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from torch.utils.data import DataLoader

from tests.interop import torchvision_stand_in
from tests.interop.export import EPISODES, Export
from tests.interop.findings import Findings

if TYPE_CHECKING:
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

BATCH = 16
CHUNK = 8
STATISTICS = {"min", "max", "mean", "std", "count", "q01", "q10", "q50", "q90", "q99"}

# Two decoders of one video differ in how they turn YUV into RGB, by a few levels; another frame differs by far more.
MIN_PSNR_DB = 40.0
MAX_STATISTICS_DIFFERENCE = 1e-5


def main(folder: Path) -> int:
    root = Path(Export.load(folder).dataset)
    findings = Findings(f"lerobot {version('lerobot')}")
    dataset = open_dataset(root)
    frames, info = read_frames(root), json.loads((root / "meta/info.json").read_text())
    check_description(findings, dataset, frames, info)
    loaded = load_all(dataset)
    check_numbers(findings, loaded, frames)
    check_tasks(findings, loaded, frames, root)
    for camera in dataset.meta.camera_keys:
        check_pictures(findings, camera, loaded[camera], root, info)
    check_statistics(findings, dataset, frames)
    check_action_chunks(findings, root, frames, info["fps"])
    return findings.exit_code


def open_dataset(root: Path, ahead_s: dict[str, list[float]] | None = None) -> LeRobotDataset:
    """`ahead_s`: by column, which later moments come with each frame."""
    torchvision_stand_in.install()
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    return LeRobotDataset(f"local/{root.parent.name}", root=root, delta_timestamps=ahead_s, video_backend="torchcodec")


def read_frames(root: Path) -> pa.Table:
    """All frames of the dataset, by pyarrow."""
    return pa.concat_tables(pq.read_table(file) for file in sorted(root.glob("data/*/*.parquet")))


def load_all(dataset: LeRobotDataset) -> dict[str, Any]:
    """Everything the DataLoader yields: arrays (n, ...), and the list of tasks."""
    batches = list(DataLoader(dataset, batch_size=BATCH, shuffle=False, num_workers=0))
    loaded: dict[str, Any] = {"task": [task for batch in batches for task in batch["task"]]}
    for key in set(batches[0]) - {"task"}:
        loaded[key] = np.concatenate([batch[key].numpy() for batch in batches])
    return loaded


def check_description(findings: Findings, dataset: LeRobotDataset, frames: pa.Table, info: dict[str, Any]) -> None:
    findings.equal("frames", len(dataset), len(frames))
    findings.equal("episodes", dataset.num_episodes, EPISODES)
    findings.equal("frames a second", dataset.fps, info["fps"])
    findings.equal("robot", dataset.meta.robot_type, info["robot_type"])
    findings.equal("cameras", sorted(dataset.meta.camera_keys), sorted(_videos(info)))


def check_numbers(findings: Findings, loaded: dict[str, Any], frames: pa.Table) -> None:
    """Every column of the parquet files, bit for bit."""
    for name in frames.column_names:
        expected = column(frames, name)
        findings.equal(f"shape of {name}", loaded[name].shape, expected.shape)
        findings.equal(f"values of {name} that differ from parquet", count_different(loaded[name], expected), 0)


def check_tasks(findings: Findings, loaded: dict[str, Any], frames: pa.Table, root: Path) -> None:
    table = pq.read_table(root / "meta/tasks.parquet").to_pydict()
    texts = dict(zip(table["task_index"], table["__index_level_0__"], strict=True))
    expected = [texts[index] for index in column(frames, "task_index").tolist()]
    findings.equal("tasks", sorted(set(loaded["task"])), sorted(set(expected)))
    different = count_different(np.array(loaded["task"]), np.array(expected))
    findings.equal("frames whose task differs from parquet", different, 0)


def check_pictures(
    findings: Findings, camera: str, pictures: NDArray[np.float32], root: Path, info: dict[str, Any]
) -> None:
    """Pictures (n, 3, height, width) in [0, 1] against another decoder's."""
    height, width, channels = info["features"][camera]["shape"]
    findings.equal(f"shape of {camera}", pictures.shape[1:], (channels, height, width))
    levels = pictures.transpose(0, 2, 3, 1) * 255.0
    expected = decode(sorted(root.glob(f"videos/{camera}/*/*.mp4")))
    findings.equal(f"pictures of {camera}", len(levels), len(expected))
    worst_db = min(psnr_db(seen, other) for seen, other in zip(levels, expected, strict=True))
    findings.at_least(f"{camera}, worst of {len(levels)} frames against PyAV", worst_db, MIN_PSNR_DB, "dB")
    neighbour_db = min(psnr_db(seen, other) for seen, other in zip(levels[1:], expected[:-1], strict=True))
    findings.at_most(f"{camera}, a frame against the one before it, where most moves", neighbour_db, MIN_PSNR_DB, "dB")


def check_statistics(findings: Findings, dataset: LeRobotDataset, frames: pa.Table) -> None:
    statistics = dataset.meta.stats
    features = {*frames.column_names, *dataset.meta.camera_keys}
    findings.equal("features with statistics", len(features & set(statistics)), len(features))
    lacking = sorted(name for name, seen in statistics.items() if not set(seen) >= STATISTICS)
    findings.equal(f"features that lack one of {' '.join(sorted(STATISTICS))}", lacking, [])
    for camera in dataset.meta.camera_keys:
        findings.equal(f"shape of the mean of {camera}", np.shape(statistics[camera]["mean"]), (3, 1, 1))
    for name in ("observation.state", "action"):
        values = column(frames, name).astype(np.float64)
        for statistic, expected in (("mean", values.mean(0)), ("std", values.std(0)), ("max", values.max(0))):
            away = float(np.abs(np.asarray(statistics[name][statistic]) - expected).max())
            findings.at_most(f"{statistic} of {name}, differs from parquet by", away, MAX_STATISTICS_DIFFERENCE)


def check_action_chunks(findings: Findings, root: Path, frames: pa.Table, fps: int) -> None:
    """A policy asks for the coming actions; past the end of an episode they are padding, not the next episode."""
    ahead_s = {"action": [step / fps for step in range(CHUNK)]}
    dataset = open_dataset(root, ahead_s)
    last = int(np.flatnonzero(column(frames, "episode_index") == 0)[-1])
    actions = column(frames, "action")
    chunk = dataset[last - 1]
    rows = np.minimum(np.arange(last - 1, last - 1 + CHUNK), last)
    different = count_different(chunk["action"].numpy(), actions[rows])
    findings.equal(f"values that differ in {CHUNK} coming actions, asked one frame before an end", different, 0)
    findings.equal("actions padded there", int(chunk["action_is_pad"].sum()), CHUNK - 2)


def decode(files: list[Path]) -> list[NDArray[np.uint8]]:
    """Each (height, width, 3)."""
    pictures = []
    for file in files:
        with av.open(file) as container:
            pictures += [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return pictures


def count_different(seen: NDArray[Any], expected: NDArray[Any]) -> int:
    """All of them when the shapes do."""
    return int((seen != expected).sum()) if seen.shape == expected.shape else expected.size


def psnr_db(seen: NDArray[np.float32], expected: NDArray[np.uint8]) -> float:
    """Of levels from 0 to 255."""
    error = float(np.mean((seen - expected.astype(np.float32)) ** 2))
    return 10 * float(np.log10(255**2 / max(error, 1e-10)))


def column(frames: pa.Table, name: str) -> NDArray[Any]:
    """(n,) or (n, d)"""
    values = frames.column(name).combine_chunks()
    if pa.types.is_fixed_size_list(values.type):
        return values.flatten().to_numpy().reshape(len(values), -1)
    return values.to_numpy(zero_copy_only=False)


def _videos(info: dict[str, Any]) -> list[str]:
    return [name for name, feature in info["features"].items() if feature["dtype"] == "video"]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
