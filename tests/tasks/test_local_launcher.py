"""A job in a process of its own: its result comes back, and every way to die is a typed failure."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import trimesh
from prefect.states import Failed

from jobs.contracts.reconstruction import MeshSource, ReconstructionRequest
from jobs.contracts.report import ErrorReport
from jobs.contracts.run import ObjectRequest
from jobs.runtime.artifacts import load_manifest
from jobs.runtime.errors import TransientError
from jobs.runtime.folder_store import FolderStore
from tasks.intake import take_in
from tasks.job import is_transient
from tasks.local_launcher import (
    JobCrashed,
    JobFailed,
    JobFailedTransiently,
    JobKilled,
    JobTimedOut,
    probe_job,
    run_job_process,
)
from tests.processes import job_of


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(str(tmp_path / "store"))


@pytest.fixture
def request_for_brick(tmp_path: Path, store: FolderStore) -> ReconstructionRequest:
    trimesh.creation.box((40, 50, 30)).export(tmp_path / "brick.stl")
    source = take_in(ObjectRequest(name="brick", mesh="brick.stl", units="mm"), tmp_path, store)
    assert isinstance(source, MeshSource)
    return ReconstructionRequest(
        schema_version=1, profile="demo", name="brick", source=source, providers=("mesh_import",)
    )


def silent(step: str, done: int, total: int) -> None:
    """Nobody watches."""


class Striker:
    """At the first sign of progress, sends a signal to the job."""

    def __init__(self, number: signal.Signals) -> None:
        self._number = number
        self._struck = False

    def __call__(self, step: str, done: int, total: int) -> None:
        if not self._struck:
            self._struck = True
            os.kill(job_of(os.getpid(), "reconstruction"), self._number)


def test_the_result_comes_back_and_the_request_is_tidied_away(
    store: FolderStore, request_for_brick: ReconstructionRequest
):
    report = run_job_process(request_for_brick, store, 120, silent)
    assert report.ref is not None
    assert load_manifest(store, report.ref).of_kind("mesh/glb")
    assert not list(store.list("scratch/"))


def test_progress_is_told_step_by_step(store: FolderStore, request_for_brick: ReconstructionRequest):
    steps: list[str] = []
    run_job_process(request_for_brick, store, 120, lambda step, done, total: steps.append(step))
    assert steps[-1] == "commit"


def test_a_typed_error_keeps_its_type_its_words_and_its_exit_code(
    store: FolderStore, request_for_brick: ReconstructionRequest
):
    source = request_for_brick.source
    assert isinstance(source, MeshSource)
    unitless = request_for_brick.model_copy(update={"source": source.model_copy(update={"units": None})})
    with pytest.raises(JobFailed, match="brick") as caught:
        run_job_process(unitless, store, 120, silent)
    assert caught.value.report.type == "UnitsNotStated"
    assert caught.value.exit_code == 65


def test_a_killed_job_may_be_tried_again(store: FolderStore, request_for_brick: ReconstructionRequest):
    with pytest.raises(JobKilled) as caught:
        run_job_process(request_for_brick, store, 120, Striker(signal.SIGKILL))
    assert isinstance(caught.value, TransientError)


def test_a_native_crash_is_named_by_its_signal(store: FolderStore, request_for_brick: ReconstructionRequest):
    with pytest.raises(JobCrashed, match="SIGSEGV"):
        run_job_process(request_for_brick, store, 120, Striker(signal.SIGSEGV))


def test_a_job_that_does_not_end_is_stopped(store: FolderStore, request_for_brick: ReconstructionRequest):
    with pytest.raises(JobTimedOut, match=r"0\.05 s"):
        run_job_process(request_for_brick, store, 0.05, silent)


def test_a_probe_reports_what_it_exercised():
    report = probe_job("export")
    assert all(item.seconds > 0 for item in report.capabilities)


def test_only_a_transient_failure_is_retried():
    gone = ErrorReport(type="StoreUnreachable", message="the bucket did not answer", exit_code=75)
    refused = ErrorReport(type="NoPhotos", message="no photos", exit_code=65)
    assert is_transient(None, None, Failed(data=JobFailedTransiently(gone)))
    assert is_transient(None, None, Failed(data=JobKilled("export")))
    assert not is_transient(None, None, Failed(data=JobFailed(refused)))
