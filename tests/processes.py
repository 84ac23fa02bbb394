"""What a process has started."""

from __future__ import annotations

from pathlib import Path


def children_of(parent: int) -> dict[int, bytes]:
    """Process ids and command lines of the living children."""
    found = " ".join(file.read_text() for file in Path(f"/proc/{parent}/task").glob("*/children")).split()
    return {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in found}


def job_of(parent: int, job: str) -> int:
    """The one process of a job that `parent` runs."""
    [found] = [child for child, command in children_of(parent).items() if f"jobs.{job}".encode() in command]
    return found
