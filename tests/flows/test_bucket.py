"""The whole line with a bucket as its store: our own server, the real command line, jobs as processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobs.contracts.manifest import Manifest
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gcs_store import GcsStore
from jobs.runtime.store import Store
from tests.flows.command import Command
from tests.gcs_server.faults import Fault
from tests.gcs_server.server import GcsServer

ADDRESS = "gs://warehouse/cell 7"
FAULTS = (
    Fault("refuse", method="POST", path="/upload/", count=3),
    Fault("refuse", method="GET", path="alt=media", count=3, status=500),
    Fault("lose_answer", method="POST", path="ifGenerationMatch=0", count=2),
    Fault("cut_download", path="alt=media", after_bytes=100),
    Fault("refuse", method="POST", path="rewriteTo", status=502),
)


@pytest.fixture(scope="module")
def online(command: Command, session_gcs_server: GcsServer) -> Command:
    """`simfoundry` as a process that talks to our own Google Cloud Storage."""
    return Command({**command.environment, "STORAGE_EMULATOR_HOST": session_gcs_server.address})


@pytest.fixture(scope="module")
def result(online: Command, brick: Path, session_gcs_server: GcsServer) -> dict[str, Any]:
    """A whole run into a part of a bucket, by a server that fails ten times on the way."""
    session_gcs_server.create_bucket("warehouse")
    faults, before = session_gcs_server.faults, session_gcs_server.faults.hits
    for fault in FAULTS:
        faults.add(fault)
    done = online.json(*run(brick, ADDRESS))
    assert faults.hits == before + sum(fault.count for fault in FAULTS)
    return done


@pytest.fixture
def bucket(gcs_server: GcsServer) -> GcsStore:
    return GcsStore(ADDRESS)


def run(brick: Path, store: object) -> tuple[object, ...]:
    return ("run", "--mesh", brick, "--units", "mm", "--episodes", 2, "--store", store)


def promised(store: Store) -> dict[str, str]:
    """What every output in a store promises, wherever and whenever it was made."""
    manifests = [
        Manifest.from_json(store.read(item.path))
        for item in store.list("outputs/")
        if item.path.endswith("/manifest.json")
    ]
    return {f"{manifest.job}/{manifest.key}": manifest.content_sha256() for manifest in manifests}


def published(store: Store) -> dict[str, bytes]:
    """Every file of every dataset in a store."""
    return {item.path: store.read(item.path) for item in store.list("datasets/")}


def test_a_bucket_that_fails_now_and_then_comes_to_hold_what_a_folder_does(
    online: Command, result: dict[str, Any], bucket: GcsStore, brick: Path, tmp_path: Path
):
    assert result["exit_code"] == 0, result
    assert result["dataset"].startswith(f"{ADDRESS}/datasets/brick/")
    assert result["certificate"] == f"{result['dataset']}/certificate.json"
    assert online(*run(brick, tmp_path)).returncode == 0
    folder = FolderStore(str(tmp_path))
    assert len(promised(bucket)) == 4
    assert promised(bucket) == promised(folder)
    assert published(bucket) == published(folder)
    assert list(bucket.list("scratch/requests/")) == []


def test_a_second_run_does_no_work_twice(online: Command, result: dict[str, Any], brick: Path):
    again = online.json(*run(brick, ADDRESS))
    assert all(stage["reused"] for stage in again["stages"])
    assert again["dataset"] == result["dataset"]


def test_show_lists_what_lies_in_the_bucket(online: Command, result: dict[str, Any], bucket: GcsStore):
    view = online.json("show", result["scene"], "--store", ADDRESS)
    assert view["dataset"] == result["dataset"]
    assert len(view["verdicts"]) == len(view["manifests"]) == 4
    assert all(bucket.stat(item["path"].removeprefix(f"{ADDRESS}/")) for item in view["artifacts"])


def test_verify_names_the_file_in_the_bucket_that_was_damaged(
    online: Command, result: dict[str, Any], bucket: GcsStore
):
    assert online("verify", result["dataset"]).returncode == 0
    info = f"{result['dataset']}/meta/info.json".removeprefix(f"{ADDRESS}/")
    whole = bucket.read(info)
    bucket.replace(info, whole.replace(b"v3.0", b"v9.9"))
    damaged = online("verify", result["dataset"])
    bucket.replace(info, whole)
    assert damaged.returncode == 65
    assert "meta/info.json" in damaged.stdout


def test_a_bucket_that_is_not_there_is_73_before_any_work(online: Command, brick: Path):
    done = online(*run(brick, "gs://no-such-bucket"))
    assert done.returncode == 73, done.stderr
    assert "StoreUnwritable" in done.stderr
    assert "no-such-bucket" in done.stderr
    assert "reconstruction" not in done.stdout + done.stderr
