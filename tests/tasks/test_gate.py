"""The gate in the flow commits its verdict and stops what it rejects."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from prefect import flow
from prefect.settings import PREFECT_API_URL, temporary_settings

from jobs.contracts.check import CheckResult
from jobs.contracts.manifest import Environment, Manifest, Provenance, Usage
from jobs.contracts.profile import Verdict
from jobs.runtime import paths
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gate import load_verdict
from jobs.runtime.profiles import load_profile
from tasks.gate import GateRejected, enforce_gate

PROFILE = load_profile("demo")
KEY = "a" * 64


def commit(store: FolderStore, success_rate: float) -> Manifest:
    """An export whose checks all pass but, perhaps, its success rate."""
    measured = {
        "reopened": 1.0,
        "rows_equal": 1.0,
        "frame_psnr_db": 40.0,
        "successful_episodes": 3.0,
        "success_rate": success_rate,
    }
    now = datetime(2026, 1, 1, tzinfo=UTC)
    manifest = Manifest(
        schema_version=1,
        job="export",
        key=KEY,
        request_sha256="b" * 64,
        inputs=(),
        artifacts=(),
        checks=tuple(CheckResult(name=name, subject="scene", value=value) for name, value in measured.items()),
        provenance=Provenance(maker="lerobot_v3"),
        usage=Usage(wall_s=1, cpu_s=1, peak_memory_bytes=1, bytes_read=0, bytes_written=0),
        environment=Environment(
            attempt="c", host="host", platform="linux", python="3.11", started_at=now, finished_at=now
        ),
    )
    store.create(paths.manifest(manifest.ref), manifest.to_json())
    return manifest


def judge(store: FolderStore, manifest: Manifest, api: str) -> Verdict:
    @flow(name="one gate")
    def one_gate() -> Verdict:
        return enforce_gate(manifest.ref, "scene", PROFILE, store.uri)

    with temporary_settings({PREFECT_API_URL: api}):
        return one_gate()


def test_what_meets_every_requirement_goes_on(tmp_path: Path, prefect_api: str):
    store = FolderStore(str(tmp_path))
    manifest = commit(store, success_rate=0.9)
    assert judge(store, manifest, prefect_api).passed
    assert load_verdict(store, manifest.ref, PROFILE) is not None


def test_what_is_rejected_stops_with_its_reasons_and_stays_as_evidence(tmp_path: Path, prefect_api: str):
    store = FolderStore(str(tmp_path))
    manifest = commit(store, success_rate=0.0)
    with pytest.raises(GateRejected, match="success_rate") as rejected:
        judge(store, manifest, prefect_api)
    assert rejected.value.verdict == load_verdict(store, manifest.ref, PROFILE)
    assert store.read(paths.manifest(manifest.ref)) == manifest.to_json()
