"""The commit rule and the admission rule, over every kind of store."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from jobs.contracts.manifest import Manifest
from jobs.contracts.reconstruction import MeshSource
from jobs.runtime import paths
from jobs.runtime.artifacts import load_manifest, read_artifact, read_document
from jobs.runtime.errors import (
    ArtifactCorrupt,
    ArtifactMissing,
    BadInput,
    DocumentDamaged,
    InputNotAdmitted,
    OutputIncomplete,
    StoreError,
    StoreUnwritable,
    TransientError,
    Unavailable,
    UnknownProfile,
)
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gate import decide, publish_verdict
from jobs.runtime.job import Execution, execute
from jobs.runtime.profiles import load_profile
from jobs.runtime.settings import Settings
from jobs.runtime.store import Store
from jobs.runtime.workspace import silent
from tests.runtime.toy_request import ask, ask_simready

pytestmark = pytest.mark.usefixtures("toy_jobs")


def test_a_run_commits_what_it_made_and_nothing_else(store: Store, settings: Settings) -> None:
    manifest = execute(ask(store), store, settings, silent).manifest
    assert [(item.kind, item.path) for item in manifest.artifacts] == [
        ("mesh", "mesh.glb"),
        ("request", "request.json"),
        ("preview", "views/front.txt"),
    ]
    assert read_artifact(store, manifest, manifest.of_kind("mesh")[0]) == b"MESH BYTES"
    assert load_manifest(store, manifest.ref) == manifest
    expected = {paths.artifact(manifest, item) for item in manifest.artifacts} | {paths.manifest(manifest.ref)}
    assert _outputs(store) == expected
    assert manifest.usage is not None
    assert manifest.usage.bytes_read == len(b"mesh bytes")
    assert manifest.usage.bytes_written == sum(item.bytes for item in manifest.artifacts)


def test_the_work_folder_is_empty_afterwards(folder: FolderStore, settings: Settings) -> None:
    execute(ask(folder), folder, settings, silent)
    with pytest.raises(BadInput):
        execute(ask(folder, "bad_input"), folder, settings, silent)
    assert [item.name for item in settings.work_dir.iterdir()] == ["lock"]


def test_a_second_run_does_no_work(store: Store, settings: Settings) -> None:
    first = execute(ask(store), store, settings, silent)
    second = execute(ask(store), store, settings, _refuse_to_work)
    assert (first.reused, second.reused) == (False, True)
    assert second.manifest == first.manifest


def test_another_profile_judges_the_same_output(store: Store, settings: Settings) -> None:
    first = execute(ask(store, profile="demo"), store, settings, silent)
    assert execute(ask(store, profile="lab"), store, settings, _refuse_to_work).manifest == first.manifest


def test_the_same_output_is_promised_whichever_profile_asked_first(store: Store, settings: Settings) -> None:
    first = execute(ask(store, profile="demo"), store, settings, silent).manifest
    for path in _outputs(store):
        store.delete(path)
    second = execute(ask(store, profile="lab"), store, settings, silent).manifest
    assert first.content_sha256() == second.content_sha256()
    assert b"profile" not in read_artifact(store, second, second.of_kind("request")[0])


def test_a_changed_input_is_new_work(store: Store, settings: Settings) -> None:
    first = execute(ask(store), store, settings, silent)
    other = execute(ask(store, data=b"other bytes"), store, settings, silent)
    assert not other.reused
    assert other.manifest.key != first.manifest.key


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("bad_input", BadInput),
        ("unavailable", Unavailable),
        ("store", StoreError),
        ("transient", TransientError),
        ("defect", ZeroDivisionError),
    ],
)
def test_an_error_commits_nothing(store: Store, settings: Settings, name: str, error: type[Exception]) -> None:
    request = ask(store, name)
    with pytest.raises(error):
        execute(request, store, settings, silent)
    assert _outputs(store) == set()


def test_the_loser_of_a_race_overwrites_nothing_and_is_swept(store: Store, settings: Settings) -> None:
    winners: list[Execution] = []

    def overtake(step: str, done: int = 0, total: int = 0) -> None:
        if step == "commit":
            winners.append(execute(ask(store), store, settings, silent))

    loser = execute(ask(store), store, settings, overtake)
    assert loser.manifest == winners[0].manifest
    kept = {paths.artifact(loser.manifest, item) for item in loser.manifest.artifacts}
    assert _outputs(store) == kept | {paths.manifest(loser.manifest.ref)}


def test_two_attempts_promise_the_same(store: Store, settings: Settings) -> None:
    first = execute(ask(store), store, settings, silent).manifest
    for path in _outputs(store):
        store.delete(path)
    second = execute(ask(store), store, settings, silent).manifest
    assert first.content_sha256() == second.content_sha256()
    assert first.environment != second.environment


@pytest.mark.parametrize("step", ["work", "upload", "commit"])
def test_a_job_killed_at_any_step_leaves_no_output_and_the_next_run_finishes(
    folder: FolderStore, settings: Settings, step: str
) -> None:
    request = ask(folder)
    path = paths.request(request.job, request.digest())
    folder.create(path, request.to_json())
    died = subprocess.run(
        [sys.executable, "-m", "tests.runtime.toy_command", f"{folder.uri}/{path}"],
        env={"TOY_KILL_AT": step, "SIMFOUNDRY_WORKDIR": str(settings.work_dir)},
        check=False,
        capture_output=True,
    )
    assert died.returncode == -9, died.stderr
    assert not any(item.endswith("manifest.json") for item in _outputs(folder))
    finished = execute(request, folder, settings, silent)
    assert not finished.reused
    kept = {paths.artifact(finished.manifest, item) for item in finished.manifest.artifacts}
    assert _outputs(folder) == kept | {paths.manifest(finished.manifest.ref)}
    assert [item.name for item in settings.work_dir.iterdir()] == ["lock"]


def test_what_a_dead_attempt_left_is_swept_when_the_output_is_used_again(store: Store, settings: Settings) -> None:
    manifest = execute(ask(store), store, settings, silent).manifest
    left = paths.attempt(manifest.ref, "dead") + "/mesh.glb"
    store.create(left, b"half")
    execute(ask(store), store, settings, silent)
    assert left not in _outputs(store)


def test_an_input_that_no_gate_has_judged_is_refused(store: Store, settings: Settings) -> None:
    mesh = execute(ask(store), store, settings, silent).manifest
    with pytest.raises(InputNotAdmitted, match="no gate has judged it"):
        execute(ask_simready(mesh.ref), store, settings, silent)


def test_an_input_that_passed_its_gate_is_worked_on(store: Store, settings: Settings) -> None:
    mesh = _admitted(store, settings, "demo")
    done = execute(ask_simready(mesh.ref), store, settings, silent).manifest
    assert read_artifact(store, done, done.of_kind("asset")[0]) == b"MESH BYTES" * 2
    assert done.inputs == (mesh.ref,)


def test_an_input_that_passed_under_another_profile_is_refused(store: Store, settings: Settings) -> None:
    mesh = _admitted(store, settings, "demo")
    with pytest.raises(InputNotAdmitted, match="profile 'lab'"):
        execute(ask_simready(mesh.ref, profile="lab"), store, settings, silent)


def test_an_input_that_its_gate_rejected_is_refused_with_the_reason(store: Store, settings: Settings) -> None:
    mesh = execute(ask(store, "too_large"), store, settings, silent).manifest
    publish_verdict(store, decide(mesh, load_profile("demo")))
    with pytest.raises(InputNotAdmitted, match="99 m is above"):
        execute(ask_simready(mesh.ref), store, settings, silent)


def test_a_verdict_about_other_content_admits_nothing(store: Store, settings: Settings) -> None:
    profile = load_profile("demo")
    mesh = execute(ask(store), store, settings, silent).manifest
    verdict = decide(mesh, profile).model_copy(update={"manifest_sha256": "0" * 64})
    publish_verdict(store, verdict)
    with pytest.raises(InputNotAdmitted, match="other content"):
        execute(ask_simready(mesh.ref), store, settings, silent)


def test_a_passed_verdict_of_another_output_admits_nothing(store: Store, settings: Settings) -> None:
    profile = load_profile("demo")
    passed = _admitted(store, settings, "demo")
    mesh = execute(ask(store, "too_large"), store, settings, silent).manifest
    stolen = store.read(paths.verdict("demo", profile.digest(), "reconstruction", passed.key))
    store.create(paths.verdict("demo", profile.digest(), "reconstruction", mesh.key), stolen)
    with pytest.raises(InputNotAdmitted, match="other content"):
        execute(ask_simready(mesh.ref), store, settings, silent)


def test_a_damaged_artifact_is_noticed_when_it_is_read(store: Store, settings: Settings) -> None:
    mesh = _admitted(store, settings, "demo")
    path = paths.artifact(mesh, mesh.of_kind("mesh")[0])
    store.replace(path, b"mesh bytez")
    with pytest.raises(ArtifactCorrupt, match=r"mesh\.glb"):
        execute(ask_simready(mesh.ref), store, settings, silent)
    with pytest.raises(ArtifactCorrupt):
        read_artifact(store, mesh, mesh.of_kind("mesh")[0])
    store.delete(path)
    with pytest.raises(ArtifactMissing, match=r"mesh\.glb"):
        execute(ask_simready(mesh.ref), store, settings, silent)


def test_an_upload_that_was_changed_is_noticed(store: Store, settings: Settings) -> None:
    request = ask(store)
    assert isinstance(request.source, MeshSource)
    store.replace(request.source.mesh.path, b"mesh bytez")
    with pytest.raises(ArtifactCorrupt):
        execute(request, store, settings, silent)
    assert _outputs(store) == set()


def test_an_output_that_lost_files_is_not_reused_silently(store: Store, settings: Settings) -> None:
    manifest = execute(ask(store), store, settings, silent).manifest
    store.delete(paths.artifact(manifest, manifest.of_kind("mesh")[0]))
    with pytest.raises(OutputIncomplete, match="lacks 1 of its 3 files"):
        execute(ask(store), store, settings, silent)


@pytest.mark.parametrize("damage", [b"", b"{", b'{"schema_version": 1}', b"\xff\xfe"])
def test_a_damaged_manifest_is_named(store: Store, settings: Settings, damage: bytes) -> None:
    manifest = execute(ask(store), store, settings, silent).manifest
    store.replace(paths.manifest(manifest.ref), damage)
    with pytest.raises(DocumentDamaged, match="not a valid Manifest"):
        execute(ask(store), store, settings, silent)


def test_a_manifest_in_the_place_of_another_is_refused(store: Store, settings: Settings) -> None:
    manifest = execute(ask(store), store, settings, silent).manifest
    elsewhere = manifest.ref.model_copy(update={"key": "0" * 64})
    store.create(paths.manifest(elsewhere), manifest.to_json())
    with pytest.raises(DocumentDamaged, match="it belongs to"):
        load_manifest(store, elsewhere)


def test_a_manifest_that_names_no_attempt_is_refused(store: Store, settings: Settings) -> None:
    manifest = execute(ask(store), store, settings, silent).manifest
    store.replace(paths.manifest(manifest.ref), manifest.model_copy(update={"environment": None}).to_json())
    with pytest.raises(DocumentDamaged, match="attempt"):
        load_manifest(store, manifest.ref)


def test_an_unknown_profile_is_refused_before_anything_is_read(store: Store, settings: Settings) -> None:
    with pytest.raises(UnknownProfile, match="Did you mean 'demo'"):
        execute(ask(store, profile="demoo"), store, settings, silent)


def test_an_unwritable_work_folder_is_named(folder: FolderStore, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings(work_dir=tmp_path / "file" / "work", image=None, isaac_sim_root=None)
    with pytest.raises(StoreUnwritable, match="work"):
        execute(ask(folder), folder, settings, silent)


def test_a_document_is_read_whole_or_not_at_all(folder: FolderStore) -> None:
    folder.create("x", b'{"unknown": 1}')
    with pytest.raises(DocumentDamaged) as raised:
        read_document(folder, "x", Manifest)
    assert isinstance(raised.value.__cause__, ValidationError)


def _admitted(store: Store, settings: Settings, profile: str) -> Manifest:
    manifest = execute(ask(store, profile=profile), store, settings, silent).manifest
    publish_verdict(store, decide(manifest, load_profile(profile)))
    return manifest


def _outputs(store: Store) -> set[str]:
    return {item.path for item in store.list("outputs/")}


def _refuse_to_work(step: str, done: int = 0, total: int = 0) -> None:
    raise AssertionError(f"work was done: {step}")
