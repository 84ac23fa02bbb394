"""Ctrl-C ends the running jobs at once, starts no others, and says that nothing is lost."""

import signal
from pathlib import Path

from tests.flows.command import Command


def test_ctrl_c_ends_running_jobs_and_commits_nothing_of_them(command: Command, brick: Path, tmp_path: Path):
    run = ("run", "--mesh", brick, "--units", "mm", "--episodes", 30, "--store", tmp_path)
    with command.start(*run) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "episodes 0/" in line:
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read()
    assert process.returncode == 130
    assert "JobInterrupted" not in rest
    assert "the same command goes on from there" in rest
    assert not (tmp_path / "outputs" / "episodes").exists()
    assert (tmp_path / "outputs" / "simready").exists()
