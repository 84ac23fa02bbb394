"""The same request gives the same bytes: in another store, in another folder, judged by another profile."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jobs.contracts.export import Certificate
from jobs.contracts.manifest import Manifest
from jobs.contracts.run import STAGES
from jobs.runtime import paths
from jobs.runtime.store import sha256_of
from tests.flows.command import Command

OF_ONE_OBJECT = [job for job in STAGES if job != "assembly"]
EPISODES = 6
"""`lab` wants five successful ones."""


def run(brick: Path, store: Path, profile: str) -> tuple[object, ...]:
    wooden = ("--mesh", brick, "--units", "mm", "--material", "wood")
    return ("run", *wooden, "--episodes", EPISODES, "--store", store, "--profile", profile)


@pytest.fixture(scope="module")
def under_demo(command: Command, brick: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store after a run under `demo`."""
    store = tmp_path_factory.mktemp("demo")
    result = command.json(*run(brick, store, "demo"))
    assert result["exit_code"] == 0, result["stages"]
    return store


@pytest.fixture(scope="module")
def under_lab(command: Command, brick: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store after a run under `lab`, started and working elsewhere."""
    store, elsewhere = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("elsewhere")
    other = replace(command, environment={**command.environment, "SIMFOUNDRY_WORKDIR": str(elsewhere / "work")})
    done = other(*run(brick, store, "lab"), cwd=elsewhere)
    assert done.returncode == 0, done.stdout + done.stderr
    return store


def manifests(store: Path) -> dict[str, Manifest]:
    found = [Manifest.from_json(file.read_bytes()) for file in sorted(store.glob("outputs/*/*/manifest.json"))]
    return {f"{manifest.job}/{manifest.key}": manifest for manifest in found}


def hashes(store: Path) -> dict[str, str]:
    """sha256 of every file of every output, as it lies there."""
    return {
        f"{name}/{item.path}": sha256_of(store / paths.artifact(manifest, item))
        for name, manifest in manifests(store).items()
        for item in manifest.artifacts
    }


def test_all_four_jobs_give_the_same_bytes_in_another_store_and_work_folder(under_demo: Path, under_lab: Path):
    assert {manifest.job for manifest in manifests(under_demo).values()} == set(OF_ONE_OBJECT)
    assert hashes(under_demo) == hashes(under_lab)


def test_all_four_jobs_promise_the_same_though_another_profile_asked(under_demo: Path, under_lab: Path):
    first, second = manifests(under_demo), manifests(under_lab)
    assert {name: manifest.content_sha256() for name, manifest in first.items()} == {
        name: manifest.content_sha256() for name, manifest in second.items()
    }


def test_recorded_actions_replayed_elsewhere_give_the_recorded_states(under_demo: Path):
    [recorded] = [manifest for manifest in manifests(under_demo).values() if manifest.job == "episodes"]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.flows.replay_committed", str(under_demo), recorded.key],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    counts = [tuple(map(int, line.split())) for line in ended.stdout.splitlines()]
    assert len(counts) == EPISODES
    assert all(exact == frames > 0 for exact, frames in counts)


@pytest.fixture(scope="module")
def judged_anew(command: Command, brick: Path, under_demo: Path, under_lab: Path) -> dict[str, Any]:
    """A run under `lab` in the store where `demo` was first; what it must not redo is compared before."""
    assert hashes(under_demo) == hashes(under_lab)
    return command.json(*run(brick, under_demo, "lab"))


def test_another_profile_judges_anew_and_does_no_work_twice(judged_anew: dict[str, Any], under_demo: Path):
    assert judged_anew["exit_code"] == 0, judged_anew["stages"]
    assert [stage["job"] for stage in judged_anew["stages"]] == OF_ONE_OBJECT
    assert all(stage["reused"] and stage["passed"] for stage in judged_anew["stages"])
    assert len(list(under_demo.glob("verdicts/demo/*/*.json"))) == 4
    assert len(list(under_demo.glob("verdicts/lab/*/*.json"))) == 4


def test_datasets_are_the_same_to_the_last_byte_certificate_included(
    judged_anew: dict[str, Any], under_demo: Path, under_lab: Path
):
    reached, direct = Path(judged_anew["dataset"]), under_lab / Path(judged_anew["dataset"]).relative_to(under_demo)
    files = [file.relative_to(reached) for file in sorted(reached.rglob("*")) if file.is_file()]
    assert [file.relative_to(direct) for file in sorted(direct.rglob("*")) if file.is_file()] == files
    assert [(reached / file).read_bytes() for file in files] == [(direct / file).read_bytes() for file in files]


def test_only_the_lab_calls_it_training_data_and_the_bytes_are_those_of_the_demo(
    judged_anew: dict[str, Any], under_demo: Path
):
    certificates = [
        Certificate.from_json(file.read_bytes()) for file in under_demo.glob("datasets/brick/*/certificate.json")
    ]
    suitable = {certificate.profile: certificate.suitability.suitable for certificate in certificates}
    assert suitable == {"demo": False, "lab": True}
    assert certificates[0].files == certificates[1].files
    assert judged_anew["certificate"] is not None
