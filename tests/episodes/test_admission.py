"""The job as its container runs it: what it refuses, with which exit code, and that nothing is committed then."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.contracts.episodes import EpisodesRequest
from jobs.contracts.manifest import ManifestRef
from jobs.contracts.report import ErrorReport, JobReport
from jobs.runtime import paths
from jobs.runtime.artifacts import load_manifest
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gate import decide, publish_verdict
from jobs.runtime.job import Execution
from jobs.runtime.profiles import load_profile
from tests.episodes.assets import admit, box

Commit = Callable[..., ManifestRef]


def ask(store: FolderStore, tmp_path: Path, asset: ManifestRef, profile: str, *simulators: str) -> JobReport:
    """Run `python -m jobs.episodes REQUEST`."""
    request = EpisodesRequest(
        schema_version=1, profile=profile, scene="table", asset=asset, episode_count=1, simulators=simulators
    )
    path = paths.request("episodes", request.digest())
    store.create(path, request.to_json())
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "jobs.episodes", f"{store.uri}/{path}"],
        env={**os.environ, "SIMFOUNDRY_WORKDIR": str(tmp_path / "work")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    report = JobReport.from_json(ended.stdout)
    assert ended.returncode == (report.error.exit_code if report.error else 0)
    return report


def refusal(store: FolderStore, report: JobReport) -> ErrorReport:
    """The error of a run that committed nothing."""
    assert list(store.list("outputs/episodes/")) == []
    assert report.error is not None
    return report.error


@pytest.mark.parametrize("judged", ["never", "rejected", "under another profile"])
def test_an_asset_without_a_passed_verdict_is_65(
    judged: str, commit: Commit, store: FolderStore, tmp_path: Path
) -> None:
    asset = commit(box((0.05, 0.04, 0.06)))
    demo = load_profile("demo")
    if judged == "never":
        store.delete(paths.verdict("demo", demo.digest(), "simready", asset.key))
    elif judged == "rejected":
        publish_verdict(store, decide(load_manifest(store, asset), demo))
    profile = "lab" if judged == "under another profile" else "demo"
    error = refusal(store, ask(store, tmp_path, asset, profile, "mujoco"))
    assert (error.type, error.exit_code) == ("InputNotAdmitted", 65)
    assert asset.key[:12] in error.message


@pytest.mark.parametrize(
    ("profile", "simulator", "why"),
    [
        ("production", "mujoco", "mujoco: the profile admits isaac_sim, genie_sim, mujoco_warp only"),
        ("demo", "isaac_sim", "isaac_sim: the profile admits mujoco only"),
        ("production", "isaac_sim", "isaac_sim: "),
    ],
)
def test_a_simulator_that_may_not_or_cannot_run_is_69(
    profile: str, simulator: str, why: str, commit: Commit, store: FolderStore, tmp_path: Path
) -> None:
    asset = commit(box((0.05, 0.04, 0.06)))
    admit(store, asset, profile)
    error = refusal(store, ask(store, tmp_path, asset, profile, simulator))
    assert (error.type, error.exit_code) == ("SimulatorUnavailable", 69)
    assert why in error.message


def test_episodes_that_a_demo_made_are_found_by_production_and_rejected_by_its_gate(
    commit: Commit, store: FolderStore, tmp_path: Path, run_job: Callable[..., Execution]
) -> None:
    asset = commit(box((0.05, 0.04, 0.06)))
    admit(store, asset, "production")
    made = run_job(asset)
    found = run_job(asset, profile="production")
    assert (found.reused, found.manifest) == (True, made.manifest)
    verdict = decide(found.manifest, load_profile("production"))
    assert not verdict.passed
    assert any("admits no episodes by 'mujoco'" in reason for reason in verdict.reasons)
