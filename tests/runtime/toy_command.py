"""`python -m tests.runtime.toy_command ARGUMENTS`: a job's entry point, with the toy job in the table.

With TOY_KILL_AT it is killed at that step of its progress.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import cast

from jobs.runtime import command, registry

cast("dict[str, str]", registry.RUNNERS)["reconstruction"] = "tests.runtime.toy_job:run"
tell = command.tell_progress


def tell_or_die(step: str, done: int = 0, total: int = 0) -> None:
    tell(step, done, total)
    if step == os.environ.get("TOY_KILL_AT"):
        os.kill(os.getpid(), signal.SIGKILL)


command.tell_progress = tell_or_die
sys.exit(command.main("reconstruction"))
