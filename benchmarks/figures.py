"""Figures as a table for people and as JSON with machine, versions and date under `benchmarks/results/`.

python -m benchmarks.figures NAME [COLUMN ...]    # a saved result as the Markdown table that the README shows
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"

Row = dict[str, Any]


def print_table(rows: Sequence[Row]) -> None:
    """One line per row, columns in the order of the first row's keys."""
    heads = list(rows[0])
    cells = [[_format(row[head]) for head in heads] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(heads, *cells, strict=True)]
    for line in (heads, *cells):
        print("  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)))


def save(name: str, rows: Sequence[Row], summary: Row, distributions: Sequence[str]) -> Path:
    """Write `benchmarks/results/<name>.json`."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    document = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {_processor()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in distributions},
        "summary": summary,
        "rows": list(rows),
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def _processor() -> str:
    cpu_info = Path("/proc/cpuinfo")
    lines = cpu_info.read_text().splitlines() if cpu_info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _format(value: Any) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def main(name: str, *columns: str) -> None:
    document = json.loads((RESULTS / f"{name}.json").read_text())
    heads = columns or tuple(document["rows"][0])
    print(f"{document['date']}, {document['machine']}\n")
    for line in (heads, ("---",) * len(heads), *([_format(row[head]) for head in heads] for row in document["rows"])):
        print(f"| {' | '.join(line)} |")
    print("\n" + ", ".join(f"{key}: {_format(value)}" for key, value in document["summary"].items()))


if __name__ == "__main__":
    main(*sys.argv[1:])
