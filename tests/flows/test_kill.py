"""`kill -9` of the flow or of any job, at any step, then the same command again: it finishes; nothing is left over."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.contracts.assembly import AssemblyRequest
from jobs.contracts.document import JobName
from jobs.contracts.manifest import Manifest, ManifestRef
from jobs.contracts.reconstruction import CarvingSettings, ReconstructionRequest
from jobs.contracts.run import STAGES, ObjectRequest
from jobs.runtime import paths
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.registry import MODULES
from jobs.runtime.store import sha256_of
from jobs.runtime.verify import verify_dataset
from tasks.intake import take_in
from tests.flows.command import Command

TURNTABLE = Path(__file__).resolve().parents[2] / "examples" / "turntable"
FLOW_SIGNS = ("brick reconstruction", "brick simready", "brick episodes", "brick export: upload", "brick export: done")


def whole_outputs(store: Path) -> dict[str, str]:
    """Every output's key and content; fails if anything lies there that no manifest promises."""
    found: dict[str, str] = {}
    for file in sorted(store.glob("outputs/*/*/manifest.json")):
        manifest = Manifest.from_json(file.read_bytes())
        promised = {file}
        for item in manifest.artifacts:
            path = store / paths.artifact(manifest, item)
            assert sha256_of(path) == item.sha256
            promised.add(path)
        assert {path for path in file.parent.rglob("*") if path.is_file()} == promised
        found[f"{manifest.job}/{manifest.key}"] = manifest.content_sha256()
    with_manifest = {file.parent for file in store.glob("outputs/*/*/manifest.json")}
    assert set(store.glob("outputs/*/*")) == with_manifest
    return found


@pytest.fixture(scope="module")
def undisturbed(command: Command, brick: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store after one run that nobody disturbed."""
    store = tmp_path_factory.mktemp("undisturbed")
    done = command("run", "--mesh", brick, "--units", "mm", "--episodes", 2, "--store", store)
    assert done.returncode == 0, done.stdout + done.stderr
    return store


def test_a_flow_killed_at_several_points_ends_like_one_that_was_not(
    command: Command, brick: Path, undisturbed: Path, tmp_path: Path
):
    run = ("run", "--mesh", brick, "--units", "mm", "--episodes", 2, "--store", tmp_path)
    killed = [command.killed_at(sign, *run) for sign in FLOW_SIGNS]
    assert all(killed), dict(zip(FLOW_SIGNS, killed, strict=True))
    result = command.json(*run)
    assert result["exit_code"] == 0
    assert whole_outputs(tmp_path) == whole_outputs(undisturbed)
    assert verify_dataset(result["dataset"]).intact
    assert len(list(tmp_path.glob("datasets/*/*"))) == 1
    assert [file.name for file in tmp_path.glob("scratch/writes/*")] == ["lock"]


@pytest.mark.slow
@pytest.mark.parametrize("job", [job for job in STAGES if job != "assembly"])
def test_a_job_killed_at_every_step_ends_like_one_that_was_not(
    job: JobName, command: Command, undisturbed: Path, tmp_path: Path
):
    store = tmp_path / "store"
    shutil.copytree(undisturbed, store)
    [request] = (undisturbed / "outputs" / job).glob("*/attempts/*/request.json")
    asked = {**json.loads(request.read_bytes()), "profile": "demo"}
    kill_at_every_step(json.dumps(asked).encode(), store, job, command)


@pytest.mark.slow
def test_assembly_killed_at_every_step_ends_like_one_that_was_not(command: Command, undisturbed: Path, tmp_path: Path):
    store = tmp_path / "store"
    shutil.copytree(undisturbed, store)
    [asset] = (store / "outputs" / "simready").iterdir()
    request = AssemblyRequest(
        schema_version=1, profile="demo", scene="desk", assets=(ManifestRef(job="simready", key=asset.name),)
    )
    kill_at_every_step(request.to_json(), store, "assembly", command)


@pytest.mark.slow
def test_carving_killed_at_every_step_ends_like_carving_that_was_not(command: Command, tmp_path: Path):
    store = tmp_path / "store"
    source = take_in(ObjectRequest(name="tea_tin", photos="tea_tin"), TURNTABLE, FolderStore(str(store)))
    request = ReconstructionRequest(
        schema_version=1,
        profile="demo",
        name="tea_tin",
        source=source,
        providers=("visual_hull",),
        carving=CarvingSettings(grid=48, max_side_px=120),
    )
    kill_at_every_step(request.to_json(), store, "reconstruction", command)


def kill_at_every_step(request: bytes, store: Path, job: JobName, command: Command) -> None:
    """Run a job undisturbed, then `kill -9` it at one step after the other, over what the last one left; it finishes
    after those before its files go to the store, and after each of the rest."""
    shutil.rmtree(store / "outputs" / job, ignore_errors=True)
    steps = run_job(request, store, job, command, kill_at=None)
    assert steps[-2:] == ["upload", "commit"]
    expected = whole_outputs(store)
    shutil.rmtree(store / "outputs" / job)
    for step in range(len(steps)):
        run_job(request, store, job, command, kill_at=step)
        assert not list((store / "outputs" / job).glob("*/manifest.json")) or steps[step] == "commit"
        if step >= len(steps) - 3:
            run_job(request, store, job, command, kill_at=None)
            assert whole_outputs(store) == expected, f"killed at {steps[step]}"
            shutil.rmtree(store / "outputs" / job)


def run_job(request: bytes, store: Path, job: JobName, command: Command, kill_at: int | None) -> list[str]:
    """Run a job as its container does; `kill -9` it at a line of progress. Returns the lines that it got to."""
    FolderStore(str(store)).replace("scratch/requests/again.json", request)
    steps: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-m", MODULES[job], f"{store}/scratch/requests/again.json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=command.environment,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if not line.startswith("progress "):
                continue
            told = json.loads(line.removeprefix("progress "))
            if told["step"] in steps:
                continue
            if kill_at == len(steps):
                os.kill(process.pid, signal.SIGKILL)
            steps.append(told["step"])
    return steps
