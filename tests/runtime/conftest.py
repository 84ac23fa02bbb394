"""Stores to run the same tests over, and a small job to run in them."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from jobs.runtime import registry
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gcs_store import GcsStore
from jobs.runtime.settings import Settings
from jobs.runtime.store import Store
from tests.gcs_server.server import GcsServer


@pytest.fixture(params=["folder", "bucket", "bucket_with_prefix"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store of each kind."""
    if request.param == "folder":
        return FolderStore(str(tmp_path / "store"))
    return new_bucket(request.getfixturevalue("gcs_server"), "" if request.param == "bucket" else "a prefix/ü")


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    return FolderStore(str(tmp_path / "store"))


@pytest.fixture
def bucket(gcs_server: GcsServer) -> GcsStore:
    return new_bucket(gcs_server)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(work_dir=tmp_path / "work", image=None, isaac_sim_root=None)


@pytest.fixture
def toy_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the table of jobs name the small ones of `tests.runtime.toy_job`."""
    for job in ("reconstruction", "simready"):
        monkeypatch.setitem(registry.RUNNERS, job, "tests.runtime.toy_job:run")


def new_bucket(server: GcsServer, prefix: str = "") -> GcsStore:
    name = f"bucket-{uuid.uuid4().hex}"
    server.create_bucket(name)
    return GcsStore(f"gs://{name}/{prefix}")
