"""The command line as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).with_name("simfoundry")
TIME_LIMIT_S = 300


@dataclass(frozen=True)
class Command:
    """Runs `simfoundry` with one environment."""

    environment: dict[str, str]

    def __call__(self, *arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAM, *map(str, arguments)],
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=TIME_LIMIT_S,
            cwd=cwd,
            check=False,
        )

    def json(self, *arguments: object) -> dict[str, Any]:
        """The document that `--json` prints."""
        done = self(*arguments, "--json")
        assert done.stdout.strip(), done.stderr
        return json.loads(done.stdout)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Run it side by side; its standard error is there to be read line by line."""
        return subprocess.Popen(
            [PROGRAM, *map(str, arguments)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )

    def killed_at(self, sign: str, *arguments: object) -> bool:
        """Start it, and `kill -9` it when a line on standard error contains `sign`. False: it ended before."""
        with self.start(*arguments) as process:
            assert process.stderr is not None
            for line in process.stderr:
                if sign in line:
                    os.kill(process.pid, signal.SIGKILL)
                    return True
        return False
