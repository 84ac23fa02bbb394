"""The flow itself tries again what may work another time, and only that."""

from __future__ import annotations

import json
import os
import signal
import urllib.request
from pathlib import Path
from typing import Any

from tests.flows.command import Command
from tests.processes import job_of


def task_runs(api: str, name: str) -> list[dict[str, Any]]:
    """The runs of a task, from the server."""
    query = {"task_runs": {"name": {"any_": [name]}}}
    request = urllib.request.Request(
        f"{api}/task_runs/filter", json.dumps(query).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_a_job_that_was_killed_is_tried_again_by_the_same_run(command: Command, brick: Path, tmp_path: Path):
    killed = False
    attempts = 0
    run = ("run", "--mesh", brick, "--units", "mm", "--until", "simready", "--store", tmp_path)
    with command.start(*run) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "brick simready: repair" in line:
                attempts += 1
            if "brick simready: colliders" in line and not killed:
                killed = True
                os.kill(job_of(process.pid, "simready"), signal.SIGKILL)
    assert killed
    assert attempts == 2
    assert process.returncode == 0
    assert len(list(tmp_path.glob("outputs/simready/*/attempts/*"))) == 1


def test_bad_input_is_not_tried_again(command: Command, prefect_api: str, tmp_path: Path):
    mesh = tmp_path / "hopeless.stl"
    mesh.write_bytes(b"solid nothing\nendsolid nothing\n")
    done = command("run", "--mesh", mesh, "--units", "mm", "--store", tmp_path / "store")
    assert done.returncode == 65
    [run] = task_runs(prefect_api, "reconstruction: hopeless")
    assert run["state_type"] == "FAILED"
    assert run["run_count"] == 1
