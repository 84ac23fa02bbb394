"""A job's entry point as its launcher meets it: a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.contracts.reconstruction import ReconstructionRequest
from jobs.contracts.report import JobReport, ReadinessReport
from jobs.runtime import paths
from jobs.runtime.artifacts import load_manifest
from jobs.runtime.command import PROGRESS
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.job import execute
from jobs.runtime.settings import Settings
from jobs.runtime.workspace import silent
from tests.gcs_server.server import GcsServer
from tests.runtime.conftest import new_bucket
from tests.runtime.toy_request import ask

TOY = (sys.executable, "-m", "tests.runtime.toy_command")


def test_success_is_one_line_of_json_although_native_code_prints(folder: FolderStore, tmp_path: Path) -> None:
    ended = _run(folder, tmp_path, "noisy")
    assert ended.returncode == 0
    assert ended.stdout.count("\n") == 1
    report = JobReport.from_json(ended.stdout)
    assert report.ref is not None
    assert load_manifest(folder, report.ref).provenance.maker == "mesh_import"
    assert "from native code\n" in ended.stderr
    assert "from Python\n" in ended.stderr


def test_progress_is_told_line_by_line(folder: FolderStore, tmp_path: Path) -> None:
    lines = _run(folder, tmp_path, "good").stderr.splitlines()
    told = [json.loads(line.removeprefix(PROGRESS)) for line in lines if line.startswith(PROGRESS)]
    assert told[0] == {"step": "work", "done": 1, "total": 2}
    assert [item["step"] for item in told] == ["work", "upload", "upload", "upload", "commit"]


def test_the_second_time_it_says_that_the_output_was_reused(folder: FolderStore, tmp_path: Path) -> None:
    first, second = (JobReport.from_json(_run(folder, tmp_path, "good").stdout) for _ in range(2))
    assert (first.reused, second.reused) == (False, True)
    assert first.ref == second.ref


@pytest.mark.parametrize(
    ("name", "exit_code", "kind"),
    [
        ("bad_input", 65, "BadInput"),
        ("unavailable", 69, "Unavailable"),
        ("defect", 70, "ZeroDivisionError"),
        ("store", 73, "StoreError"),
        ("transient", 75, "TransientError"),
    ],
)
def test_each_branch_of_errors_has_its_exit_code(
    folder: FolderStore, tmp_path: Path, name: str, exit_code: int, kind: str
) -> None:
    ended = _run(folder, tmp_path, name)
    assert ended.returncode == exit_code
    assert ended.stdout.count("\n") == 1
    error = JobReport.from_json(ended.stdout).error
    assert error is not None
    assert (error.type, error.exit_code) == (kind, exit_code)
    assert not list(folder.list("outputs/"))


def test_neither_the_report_nor_the_traceback_of_a_defect_holds_a_secret(folder: FolderStore, tmp_path: Path) -> None:
    ended = _run(folder, tmp_path, "defect")
    for secret in ("u:pw", "sig=abc", "abc.def"):
        assert secret in "key=hunter2hunter2, token in https://u:pw@host/x?sig=abc and Bearer abc.def"
        assert secret not in ended.stdout + ended.stderr
    assert "Traceback" in ended.stderr


def test_secrets_of_the_environment_are_known_by_name(folder: FolderStore, tmp_path: Path) -> None:
    ended = _run(folder, tmp_path, "environment_secret", {"SOME_API_KEY": "hush-hush-value"})
    assert ended.returncode == 70
    assert "the provider said" in ended.stdout
    assert "hush-hush-value" not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{", "Invalid JSON"),
        (b"{}", "schema_version: Field required"),
        (b'{"schema_version": 2, "unknown": "hunter2"}', "unknown: Extra inputs are not permitted"),
        (b"\xff\xfe", "Invalid JSON"),
    ],
)
def test_a_request_that_breaks_its_schema_is_bad_input(
    folder: FolderStore, tmp_path: Path, content: bytes, problem: str
) -> None:
    folder.create("scratch/requests/x.json", content)
    ended = _start(f"{folder.uri}/scratch/requests/x.json", tmp_path)
    error = JobReport.from_json(ended.stdout).error
    assert error is not None
    assert (ended.returncode, error.type) == (65, "InvalidRequest")
    assert problem in error.message
    assert "hunter2" not in error.message


def test_a_request_with_a_thousand_faults_has_a_short_report(folder: FolderStore, tmp_path: Path) -> None:
    extra = {f"field{number}": number for number in range(1000)}
    folder.create("scratch/requests/x.json", json.dumps(extra).encode())
    ended = _start(f"{folder.uri}/scratch/requests/x.json", tmp_path)
    assert len(ended.stdout) < 3000
    assert "and 98" in ended.stdout


@pytest.mark.parametrize(
    ("address", "exit_code", "kind"),
    [
        ("{store}/elsewhere/x.json", 65, "InvalidRequest"),
        ("{store}/scratch/requests/missing.json", 73, "ArtifactMissing"),
        ("{store}/scratch/requests/../../x.json", 65, "PathLeavesStore"),
        ("s3://bucket/scratch/requests/x.json", 65, "UnknownName"),
    ],
)
def test_an_address_that_holds_no_request_is_a_typed_error(
    folder: FolderStore, tmp_path: Path, address: str, exit_code: int, kind: str
) -> None:
    ended = _start(address.format(store=folder.uri), tmp_path)
    error = JobReport.from_json(ended.stdout).error
    assert error is not None
    assert (ended.returncode, error.type) == (exit_code, kind)


def test_a_store_may_be_named_apart_from_the_request(folder: FolderStore, tmp_path: Path) -> None:
    folder.create("somewhere/x.json", ask(folder).to_json())
    for request in ("somewhere/x.json", f"{folder.uri}/somewhere/x.json"):
        assert _start(request, tmp_path, ("--store", folder.uri)).returncode == 0


def test_a_bucket_serves_as_well_as_a_folder(gcs_server: GcsServer, tmp_path: Path) -> None:
    store = new_bucket(gcs_server, "some prefix")
    request = ask(store)
    path = paths.request(request.job, request.digest())
    store.create(path, request.to_json())
    ended = _start(f"{store.uri}/{path}", tmp_path, environment={"STORAGE_EMULATOR_HOST": gcs_server.address})
    assert ended.returncode == 0, ended.stdout


@pytest.mark.usefixtures("toy_jobs")
def test_the_process_and_the_call_promise_the_same(folder: FolderStore, settings: Settings, tmp_path: Path) -> None:
    other = FolderStore(str(tmp_path / "other"))
    report = JobReport.from_json(_run(folder, tmp_path, "good").stdout)
    called = execute(ask(other), other, settings, silent).manifest
    assert report.ref == called.ref
    assert load_manifest(folder, called.ref).content_sha256() == called.content_sha256()


def test_schema_prints_the_schema_of_the_request(tmp_path: Path) -> None:
    ended = _start("--schema", tmp_path)
    assert ended.returncode == 0
    assert json.loads(ended.stdout) == ReconstructionRequest.model_json_schema()


def test_a_call_without_a_request_says_what_is_missing(tmp_path: Path) -> None:
    ended = subprocess.run(TOY, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "REQUEST_URI is required" in ended.stderr


def test_a_probe_that_breaks_is_not_ready(tmp_path: Path) -> None:
    script = (
        "import sys; from jobs.runtime import registry; registry.PROBES['export'] = 'jobs.no_such_module:probe';"
        "from jobs.runtime.command import main; sys.exit(main('export', ['--probe']))"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    (broken,) = ReadinessReport.from_json(ended.stdout).capabilities
    assert not broken.ready
    assert "no_such_module" in broken.detail
    assert ".[export]" in broken.remedy


def test_a_job_ends_with_its_launcher_and_takes_its_children_along(folder: FolderStore, tmp_path: Path) -> None:
    path = _put(folder, "wait")
    with subprocess.Popen(
        [*TOY, f"{folder.uri}/{path}", "--with-parent"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SIMFOUNDRY_WORKDIR": str(tmp_path / "work")},
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        while process.stderr.readline() != "waiting\n":
            assert process.poll() is None
        process.stdin.close()
        assert process.wait() == -signal.SIGKILL
    assert not list(folder.list("outputs/"))


def test_a_job_in_the_group_of_its_launcher_ends_alone(folder: FolderStore, tmp_path: Path) -> None:
    ended = _start(f"{folder.uri}/{_put(folder, 'wait')}", tmp_path, ("--with-parent",))
    assert ended.returncode == 75


def _put(folder: FolderStore, name: str) -> str:
    request = ask(folder, name)
    path = paths.request(request.job, request.digest())
    folder.replace(path, request.to_json())
    return path


def _run(
    folder: FolderStore, tmp_path: Path, name: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return _start(f"{folder.uri}/{_put(folder, name)}", tmp_path, environment=environment)


def _start(
    request: str, tmp_path: Path, options: tuple[str, ...] = (), environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TOY, request, *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "SIMFOUNDRY_WORKDIR": str(tmp_path / "work"), **(environment or {})},
        check=False,
    )
