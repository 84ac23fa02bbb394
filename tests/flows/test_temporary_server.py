"""Without a configured server a temporary one takes the reports, and ends with the command, however that ends."""

from __future__ import annotations

import os
import select
import signal
import sqlite3
from pathlib import Path

import pytest

from tests.flows.command import Command
from tests.processes import children_of


@pytest.fixture(scope="module")
def alone(command: Command, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """`simfoundry` where no Prefect server is configured."""
    environment = {**command.environment, "PREFECT_HOME": str(tmp_path_factory.mktemp("alone"))}
    del environment["PREFECT_API_URL"]
    return Command(environment)


def test_what_the_run_told_is_there_for_the_next_server(alone: Command, brick: Path, tmp_path: Path):
    done = alone("run", "--mesh", brick, "--units", "mm", "--until", "reconstruction", "--store", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    with sqlite3.connect(Path(alone.environment["PREFECT_HOME"]) / "prefect.db") as database:
        assert database.execute("select name, state_type from flow_run").fetchall() == [("brick", "COMPLETED")]
        assert database.execute("select distinct state_type from task_run").fetchall() == [("COMPLETED",)]
        assert database.execute("select count(*) from log where message like 'brick reconstruction%'").fetchone()[0]
        assert database.execute("select count(*) from artifact where key = 'gate-reconstruction-brick'").fetchone()[0]


def test_nothing_outlives_a_command_that_was_killed(alone: Command, brick: Path, tmp_path: Path):
    run = ("run", "--mesh", brick, "--units", "mm", "--until", "simready", "--store", tmp_path)
    with alone.start(*run) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "brick simready: repair" in line:
                break
        started = children_of(process.pid)
        watched = [os.pidfd_open(child) for child in started]
        os.kill(process.pid, signal.SIGKILL)
    assert {b"jobs.simready", b"flows.temporary_server"} <= {
        part for line in started.values() for part in line.split(b"\0")
    }
    for ended in watched:
        wait_for_end(ended)


def wait_for_end(process: int) -> None:
    """Block until a process, given as a pidfd, has ended."""
    readable, _, _ = select.select([process], [], [], 60)
    os.close(process)
    assert readable
