"""Programs that are not ours end when they should, and nothing of them stays behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from jobs.runtime.program import run_program
from tests.processes import children_of

RUN = "import sys; from jobs.runtime.program import run_program; run_program(sys.argv[1:], 600)"


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[BinaryIO, list[str]]]:
    """A program whose child holds a pipe open while it lives, and our end of that pipe."""
    path = tmp_path / "held"
    os.mkfifo(path)
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as pipe:
        yield pipe, ["/bin/sh", "-c", f"(echo started; exec sleep 600) > {path}"]


def wait_for(pipe: BinaryIO, said: bytes) -> None:
    """What it reads next; nothing once whoever holds the other end has ended."""
    ready, _, _ = select.select([pipe], [], [], 60)
    assert ready
    assert pipe.read() == said


def test_what_it_said_is_kept_and_nothing_is_left() -> None:
    before = children_of(os.getpid())
    ended = run_program(["/bin/sh", "-c", "echo first; echo last 1>&2; exit 3"], 60)
    assert (ended.exit_code, ended.said, ended.last_line) == (3, "first\nlast\n", "last")
    assert children_of(os.getpid()) == before


def test_one_that_takes_too_long_is_killed_with_its_children(held: tuple[BinaryIO, list[str]]) -> None:
    pipe, command = held
    with pytest.raises(subprocess.TimeoutExpired):
        run_program(command, 1.0)
    wait_for(pipe, b"started\n")
    wait_for(pipe, b"")


def test_it_ends_with_whoever_ran_it(held: tuple[BinaryIO, list[str]]) -> None:
    pipe, command = held
    with subprocess.Popen([sys.executable, "-c", RUN, *command], start_new_session=True) as job:
        wait_for(pipe, b"started\n")
        os.killpg(job.pid, signal.SIGKILL)
    wait_for(pipe, b"")
