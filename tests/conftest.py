"""What several folders of tests need."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gcs_server.server import GcsServer, running_server
from tests.prefect_server import prefect_api

__all__ = ["prefect_api"]  # fixtures that live elsewhere


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder with real data; the test is skipped where there is none."""
    default = Path(__file__).resolve().parents[2] / "shared" / "realdata"
    folder = Path(os.environ.get("SIMFOUNDRY_REALDATA", default))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set SIMFOUNDRY_REALDATA")
    return folder


@pytest.fixture(scope="session")
def session_gcs_server() -> Iterator[GcsServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def gcs_server(session_gcs_server: GcsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[GcsServer]:
    """Our own Google Cloud Storage, which every client made during the test talks to. No faults are left over."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", session_gcs_server.address)
    session_gcs_server.faults.clear()
    yield session_gcs_server
    session_gcs_server.faults.clear()
