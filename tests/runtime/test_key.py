"""What a result depends on is in its key, and nothing else is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.contracts.document import JobName
from jobs.contracts.export import ExportRequest
from jobs.contracts.manifest import Artifact, Manifest, ManifestRef, Provenance
from jobs.contracts.reconstruction import MeshSource, ReconstructionRequest, UploadedFile
from jobs.contracts.simready import SimreadyRequest
from jobs.contracts.visual import VisualSettings
from jobs.runtime import key
from jobs.runtime.errors import NotInstalled
from jobs.runtime.key import dependency_versions, output_key, source_digest
from jobs.runtime.question import question_digest, question_json, references
from jobs.runtime.registry import REQUESTS

REF = ManifestRef(job="reconstruction", key="a" * 64)
SIMREADY = SimreadyRequest(schema_version=1, profile="demo", name="mug", mesh=REF)


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small tree of sources in the place of the real one."""
    for folder in ("simready", "export", "geometry", "simulation", "runtime/profiles", "contracts"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "module.py").write_text(f"# {folder}\n")
    monkeypatch.setattr(key, "_JOBS", tmp_path)
    source_digest.cache_clear()
    yield tmp_path
    source_digest.cache_clear()


def test_the_same_question_has_the_same_key() -> None:
    assert output_key(SIMREADY, [_manifest("mesh")]) == output_key(SIMREADY, [_manifest("mesh")])


def test_the_profile_judges_and_is_not_in_the_key() -> None:
    other = SIMREADY.model_copy(update={"profile": "lab"})
    assert output_key(SIMREADY, [_manifest("mesh")]) == output_key(other, [_manifest("mesh")])


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"name": "cup"},
        {"material": "steel"},
        {"mass_kg": 0.2},
        {"visual": VisualSettings(max_faces=500)},
        {"settle": SIMREADY.settle.model_copy(update={"poses": 7})},
        {"colliders": SIMREADY.colliders.model_copy(update={"accept_iou": 0.8})},
    ],
)
def test_every_setting_is_in_the_key(change: dict[str, object]) -> None:
    inputs = [_manifest("mesh")]
    assert output_key(SIMREADY, inputs) != output_key(SIMREADY.model_copy(update=change), inputs)


def test_a_changed_photo_changes_the_key() -> None:
    keys = {output_key(_reconstruction(sha256), ()) for sha256 in ("a" * 64, "b" * 64)}
    assert len(keys) == 2


def test_a_changed_input_changes_the_key_though_its_own_key_is_the_same() -> None:
    assert output_key(SIMREADY, [_manifest("mesh")]) != output_key(SIMREADY, [_manifest("other")])


def test_the_key_of_an_input_is_not_in_the_key_but_its_files_are() -> None:
    moved = SIMREADY.model_copy(update={"mesh": ManifestRef(job="reconstruction", key="c" * 64)})
    assert output_key(SIMREADY, [_manifest("mesh")]) == output_key(moved, [_manifest("mesh")])


def test_how_the_episodes_were_sharded_is_not_in_the_key() -> None:
    one = output_key(_export(1), [_manifest("e0", "e1", "e2")])
    three = output_key(_export(3), [_manifest("e0"), _manifest("e1"), _manifest("e2")])
    assert one == three
    assert one != output_key(_export(1), [_manifest("e0", "e2", "e1")])


def test_the_request_kept_beside_an_output_is_not_in_the_key_of_what_follows() -> None:
    mesh = _manifest("mesh")
    kept = Artifact(kind="request", path="request.json", sha256="d" * 64, bytes=1)
    with_request = mesh.model_copy(update={"artifacts": (*mesh.artifacts, kept)})
    assert output_key(SIMREADY, [mesh]) == output_key(SIMREADY, [with_request])


@pytest.mark.parametrize("folder", ["simready", "geometry", "simulation", "runtime", "contracts"])
def test_a_changed_source_changes_the_key(sources: Path, folder: str) -> None:
    before = _fresh_key()
    (sources / folder / "module.py").write_text("# changed\n")
    assert _fresh_key() != before


@pytest.mark.parametrize("path", ["simready/table.toml", "simready/deep/er/module.py"])
def test_a_new_file_changes_the_key(sources: Path, path: str) -> None:
    before = _fresh_key()
    (sources / path).parent.mkdir(parents=True, exist_ok=True)
    (sources / path).write_text("")
    assert _fresh_key() != before


@pytest.mark.parametrize("path", ["export/module.py", "runtime/profiles/demo.toml", "simready/__pycache__/x.pyc"])
def test_what_cannot_change_the_result_is_not_in_the_key(sources: Path, path: str) -> None:
    before = _fresh_key()
    (sources / path).parent.mkdir(parents=True, exist_ok=True)
    (sources / path).write_text("# changed\n")
    assert _fresh_key() == before


def test_a_changed_version_changes_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = output_key(SIMREADY, [_manifest("mesh")])
    installed = dependency_versions("simready")
    monkeypatch.setattr(key, "dependency_versions", lambda job: {**installed, "mujoco": "0.0.1"})
    assert output_key(SIMREADY, [_manifest("mesh")]) != before


def test_the_versions_are_those_of_the_jobs_own_extra() -> None:
    simready, export = dependency_versions("simready"), dependency_versions("export")
    assert {"python", "pydantic", "mujoco", "usd-core", "trimesh"} <= set(simready)
    assert {"python", "pydantic", "pyarrow", "av"} <= set(export)
    assert "mujoco" not in export
    assert "prefect" not in simready | export


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(name: str) -> list[str]:
        return ['no-such-package>=1; extra == "export"']

    monkeypatch.setattr("importlib.metadata.requires", requires)
    dependency_versions.cache_clear()
    try:
        with pytest.raises(NotInstalled, match=r"'no-such-package'.*\.\[export\]"):
            dependency_versions("export")
    finally:
        dependency_versions.cache_clear()


def test_references_are_found_in_the_requests_order() -> None:
    assert references(SIMREADY) == (REF,)
    assert references(_export(3)) == _export(3).episodes
    assert references(_reconstruction("a" * 64)) == ()


def test_what_an_output_keeps_of_its_request_is_the_same_under_every_profile() -> None:
    other = SIMREADY.model_copy(update={"profile": "lab"})
    assert question_json(SIMREADY) == question_json(other)
    assert question_digest(SIMREADY) == hashlib.sha256(question_json(other)).hexdigest()
    kept = {**json.loads(question_json(SIMREADY)), "profile": "demo"}
    assert SimreadyRequest.model_validate(kept) == SIMREADY


@pytest.mark.parametrize("job", REQUESTS)
def test_no_request_refers_to_an_output_from_deeper_within(job: JobName) -> None:
    """Such an input would need no verdict: only the fields of the request itself are looked at."""
    schema = REQUESTS[job].model_json_schema()
    nested = {name: part for name, part in schema.get("$defs", {}).items() if name != "ManifestRef"}
    assert "ManifestRef" not in str(nested)


def _fresh_key() -> str:
    source_digest.cache_clear()
    return output_key(SIMREADY, [_manifest("mesh")])


def _reconstruction(sha256: str) -> ReconstructionRequest:
    mesh = UploadedFile(name="mug.glb", path="uploads/x/mug.glb", sha256=sha256, bytes=1)
    return ReconstructionRequest(
        schema_version=1,
        profile="demo",
        name="mug",
        source=MeshSource(kind="mesh", mesh=mesh),
        providers=("mesh_import",),
    )


def _export(shards: int) -> ExportRequest:
    refs = tuple(ManifestRef(job="episodes", key=f"{number:064x}") for number in range(shards))
    return ExportRequest(schema_version=1, profile="demo", name="dataset", episodes=refs)


def _manifest(*names: str) -> Manifest:
    artifacts = tuple(
        Artifact(kind="file", path=f"{name}.bin", sha256=name.encode().hex().ljust(64, "0"), bytes=1) for name in names
    )
    return Manifest(
        schema_version=1,
        job="reconstruction",
        key="a" * 64,
        request_sha256="b" * 64,
        inputs=(),
        artifacts=artifacts,
        checks=(),
        provenance=Provenance(maker="toy"),
    )
