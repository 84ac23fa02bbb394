"""A dataset on disk as any reader sees it: whatever info.json says, from there.

Knows the format only; shares no code with the writer, so that a misunderstanding on either side shows.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

Row = dict[str, Any]
"""One episode of `meta/episodes`, by column, without its statistics."""


class OpenedDataset:
    """`info`, task texts by index, and one row per episode.

    Raises whatever a missing or damaged file makes the libraries raise.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.info: dict[str, Any] = json.loads((root / "meta/info.json").read_text())
        self.features: dict[str, Any] = self.info["features"]
        self.tasks = _read_tasks(root / "meta/tasks.parquet")
        self.episode_files = sorted((root / "meta/episodes").rglob("*.parquet"))
        self._episodes = pa.concat_tables([pq.read_table(file) for file in self.episode_files])
        small = [name for name in self._episodes.column_names if not name.startswith("stats/")]
        self.rows: list[Row] = self._episodes.select(small).to_pylist()
        self._open_data: tuple[Path, pa.Table] | None = None

    @property
    def video_keys(self) -> list[str]:
        return [key for key, feature in self.features.items() if feature["dtype"] == "video"]

    @property
    def number_keys(self) -> list[str]:
        return [key for key, feature in self.features.items() if feature["dtype"] != "video"]

    def data_file(self, row: Row) -> Path:
        return self.root / self.info["data_path"].format(**_place(row, "data"))

    def video_file(self, key: str, row: Row) -> Path:
        return self.root / self.info["video_path"].format(video_key=key, **_place(row, f"videos/{key}"))

    def data(self, episode: int) -> pa.Table:
        """The frames of one episode. Its file stays open while episodes of the same file are asked for."""
        file = self.data_file(self.rows[episode])
        if self._open_data is None or self._open_data[0] != file:
            self._open_data = file, pq.read_table(file)
        return self._open_data[1].filter(pc.field("episode_index") == episode)

    def whole(self, key: str) -> NDArray[Any]:
        """One feature of all frames, (n,) or (n, d), in the order of the files."""
        files = sorted({self.data_file(row) for row in self.rows})
        return np.concatenate([column_of(pq.read_table(file, columns=[key]), key) for file in files])

    def claims(self, episode: int, key: str) -> dict[str, Any]:
        """The statistics that the episode table states of one feature."""
        prefix = f"stats/{key}/"
        names = [name for name in self._episodes.column_names if name.startswith(prefix)]
        (row,) = self._episodes.slice(episode, 1).select(names).to_pylist()
        return {name.removeprefix(prefix): value for name, value in row.items()}

    def name(self, file: Path) -> str:
        return file.relative_to(self.root).as_posix()


def column_of(table: pa.Table, name: str) -> NDArray[Any]:
    """(n,) or (n, d)"""
    kind = table.schema.field(name).type
    scalar = kind.value_type if isinstance(kind, pa.FixedSizeListType) else kind
    return np.array(table[name].to_pylist(), dtype=scalar.to_pandas_dtype())


def _place(row: Row, prefix: str) -> dict[str, int]:
    return {name: row[f"{prefix}/{name}"] for name in ("chunk_index", "file_index")}


def _read_tasks(file: Path) -> dict[int, str]:
    """The text must be the index of the pandas table: that is where readers look for it."""
    table = pq.read_table(file)
    described = json.loads((table.schema.metadata or {})[b"pandas"])
    (text_column,) = described["index_columns"]
    return dict(zip(table["task_index"].to_pylist(), table[text_column].to_pylist(), strict=True))
