"""Programs that are not ours: run by themselves, and ended with all that they started."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

_LONGEST_LINE = 300


@dataclass(frozen=True)
class Ended:
    """`said`: standard output and error, as they came."""

    exit_code: int
    said: str

    @property
    def last_line(self) -> str:
        """The end of it, if it is long; empty if there is none."""
        lines = self.said.strip().splitlines()
        return lines[-1][-_LONGEST_LINE:] if lines else ""


def run_program(command: Sequence[str], limit_s: float, environment: Mapping[str, str] | None = None) -> Ended:
    """Run it to its end, without input. What it started and left behind is killed then, and all of it if we are.

    Raises:
        OSError: It cannot be run.
        subprocess.TimeoutExpired: It did not end in time, and was killed.
    """
    with (
        _group_that_ends_with_us() as group,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=group,
            env=environment,
        ) as process,
    ):
        try:
            said, _ = process.communicate(timeout=limit_s)
        finally:
            os.killpg(group, signal.SIGKILL)
    return Ended(process.returncode, said)


@contextmanager
def _group_that_ends_with_us() -> Generator[int]:
    """A process group in which a shell waits for our end of a pipe to close, which happens however we end, and then
    kills the group."""
    nowhere = subprocess.DEVNULL
    command = ["/bin/sh", "-c", "read -r _; kill -9 0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere, process_group=0) as waiting:
        yield waiting.pid
