"""Parquet tables in the exact types that LeRobot reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from jobs.export import layout
from jobs.export.features import Features
from jobs.export.recording import Trajectory

_INDEX_COLUMN = "__index_level_0__"


def frame_table(
    features: Features, trajectory: Trajectory, success: bool, episode: int, first_index: int, task: int
) -> pa.Table:
    """One row per frame of an episode. Success is told once, at the end of an episode that succeeded."""
    frames = np.arange(len(trajectory.timestamp_s), dtype=np.int64)
    columns = {
        layout.STATE: _vectors(trajectory.state),
        layout.ACTION: _vectors(trajectory.action),
        layout.SUCCESS: pa.array(success & (frames == frames[-1])),
        layout.TIMESTAMP: pa.array((frames / features.fps).astype(np.float32)),
        "frame_index": pa.array(frames),
        "episode_index": pa.array(np.full_like(frames, episode)),
        "index": pa.array(first_index + frames),
        "task_index": pa.array(np.full_like(frames, task)),
    }
    return pa.table(columns, schema=_frame_schema(features))


def task_table(tasks: Sequence[str]) -> pa.Table:
    """The tasks are the **index** of a pandas table; without this metadata every task would silently read as 0."""
    numbers, texts = pa.array(range(len(tasks)), pa.int64()), pa.array(tasks, pa.string())
    table = pa.table({"task_index": numbers, _INDEX_COLUMN: texts})
    text = {"pandas_type": "unicode", "numpy_type": "object"}
    metadata = {
        "index_columns": [_INDEX_COLUMN],
        "column_indexes": [{"name": None, "field_name": None, **text, "metadata": {"encoding": "UTF-8"}}],
        "columns": [
            {
                "name": "task_index",
                "field_name": "task_index",
                "pandas_type": "int64",
                "numpy_type": "int64",
                "metadata": None,
            },
            {"name": None, "field_name": _INDEX_COLUMN, **text, "metadata": None},
        ],
        "creator": {"library": "pyarrow", "version": pa.__version__},
        "pandas_version": "2.0.0",
    }
    return table.replace_schema_metadata({"pandas": json.dumps(metadata)})


def episode_table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """One row per episode, as `writer` gathers them; all rows have the same keys."""
    return pa.Table.from_pylist(list(rows), schema=pa.schema([(key, _episode_type(key)) for key in rows[0]]))


def _frame_schema(features: Features) -> pa.Schema:
    return pa.schema(
        [
            (layout.STATE, pa.list_(pa.float32(), len(features.state_names))),
            (layout.ACTION, pa.list_(pa.float32(), len(features.action_names))),
            (layout.SUCCESS, pa.bool_()),
            (layout.TIMESTAMP, pa.float32()),
            *((name, pa.int64()) for name in layout.COUNTERS),
        ]
    )


def _vectors(values: NDArray[np.float32]) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(np.ascontiguousarray(values).ravel()), values.shape[1])


def _episode_type(key: str) -> pa.DataType:
    if key == "tasks":
        return pa.list_(pa.string())
    if key.endswith("_timestamp"):
        return pa.float64()
    if not key.startswith("stats/"):
        return pa.int64()
    if key.endswith("/count"):
        return pa.list_(pa.int64())
    vector = pa.list_(pa.float64())
    return pa.list_(pa.list_(vector)) if key.startswith("stats/observation.images.") else vector
