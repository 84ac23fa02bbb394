"""Programs that are not ours: run by themselves, and ended with all that they started."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
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
    """Run it to its end, without input, in a session of its own.

    Raises:
        OSError: It cannot be run.
        subprocess.TimeoutExpired: It did not end in time, and was killed with its children.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        env=environment,
    )
    with process:
        try:
            said, _ = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return Ended(process.returncode, said)
