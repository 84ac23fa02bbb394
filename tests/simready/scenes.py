"""Assets in one store, and scenes that the assembly job makes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trimesh

from jobs.contracts.assembly import AssembledScene, AssemblyRequest, PlacedObject
from jobs.contracts.check import CheckResult
from jobs.contracts.document import JobName
from jobs.contracts.layout import Layout
from jobs.contracts.manifest import Artifact, Environment, Manifest, ManifestRef, Provenance
from jobs.contracts.parts import JointAnnotation, JointsAnnotation
from jobs.contracts.simready import Asset, SimreadyRequest
from jobs.runtime import paths
from jobs.runtime.artifacts import load_manifest, read_artifact
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gate import decide, publish_verdict
from jobs.runtime.job import execute
from jobs.runtime.profiles import load_profile
from jobs.runtime.settings import Settings
from jobs.runtime.workspace import silent
from tests.simready.conftest import commit_reconstruction


@dataclass(frozen=True)
class Scene:
    """A committed scene, and where its files lie."""

    manifest: Manifest
    folder: Path

    @property
    def document(self) -> AssembledScene:
        return AssembledScene.from_json((self.folder / "scene.json").read_bytes())

    def object(self, name: str) -> PlacedObject:
        (found,) = [item for item in self.document.objects if item.name == name]
        return found

    def checks(self, name: str) -> dict[str, CheckResult]:
        """By subject."""
        return {check.subject: check for check in self.manifest.checks if check.name == name}

    def file(self, kind: str) -> Path:
        (found,) = self.manifest.of_kind(kind)
        return self.folder / found.path


@dataclass(frozen=True)
class Workshop:
    """A store with assets, as if the demo's gate had let them through."""

    root: Path
    assets: Mapping[str, ManifestRef]

    @property
    def store(self) -> FolderStore:
        return FolderStore(str(self.root / "store"))

    def assemble(self, *names: str, **fields: Any) -> Scene:
        """A scene of the named assets, or of all."""
        refs = tuple(self.assets[name] for name in names or self.assets)
        given = {"schema_version": 1, "profile": "demo", "scene": "still-life", "assets": refs, **fields}
        manifest = execute(AssemblyRequest.model_validate(given), self.store, _settings(self.root), silent).manifest
        assert manifest.environment is not None
        folder = self.root / "store" / paths.attempt(manifest.ref, manifest.environment.attempt)
        return Scene(manifest, folder)


def make_assets(
    root: Path,
    meshes: Mapping[str, trimesh.Trimesh | dict[str, trimesh.Trimesh]],
    joints: tuple[JointAnnotation, ...] = (),
    **fields: Any,
) -> Workshop:
    """One asset of each mesh, all in one store. `joints`: of whatever comes in parts."""
    store = FolderStore(str(root / "store"))
    assets = {}
    for name, mesh in meshes.items():
        said = JointsAnnotation(joints=joints) if isinstance(mesh, dict) else None
        mesh_ref = commit_reconstruction(store, root / name, mesh, said)
        request = SimreadyRequest.model_validate(
            {"schema_version": 1, "profile": "demo", "name": name, "mesh": mesh_ref, **fields}
        )
        manifest = execute(request, store, _settings(root), silent).manifest
        _let_through(store, manifest)
        assets[name] = manifest.ref
    return Workshop(root, assets)


def _settings(root: Path) -> Settings:
    return Settings(work_dir=root / "work", image=None, isaac_sim_root=None)


def commit_scan(workshop: Workshop, layout: Layout) -> ManifestRef:
    """A fused scan, as far as a scene needs it."""
    return _commit(workshop.store, "reconstruction", {"layout.json": ("layout/document", layout.to_json())})


def fix_to_floor(workshop: Workshop, name: str) -> Workshop:
    """The same, with one of the assets made a fixture, which its base then is in MJCF too."""
    manifest = load_manifest(workshop.store, workshop.assets[name])
    files = {item.path: (item.kind, read_artifact(workshop.store, manifest, item)) for item in manifest.artifacts}
    [model] = manifest.of_kind("asset/mjcf")
    free = f'<freejoint name="{name}" />'.encode()
    assert free in files[model.path][1]
    files[model.path] = (model.kind, files[model.path][1].replace(free, b""))
    asset = Asset.from_json(files["asset.json"][1]).model_copy(update={"mobility": "static"})
    files["asset.json"] = ("asset/document", asset.to_json())
    fixed = _commit(workshop.store, "simready", files)
    return Workshop(workshop.root, {**workshop.assets, name: fixed})


def _commit(store: FolderStore, job: JobName, files: Mapping[str, tuple[str, bytes]]) -> ManifestRef:
    """An output, as if the demo's gate had let it through."""
    artifacts = tuple(
        Artifact(kind=kind, path=path, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
        for path, (kind, data) in sorted(files.items())
    )
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    manifest = Manifest(
        schema_version=1,
        job=job,
        key=hashlib.sha256("".join(item.sha256 for item in artifacts).encode()).hexdigest(),
        request_sha256="0" * 64,
        inputs=(),
        artifacts=artifacts,
        checks=(),
        provenance=Provenance(maker="fixture"),
        environment=Environment(attempt="a", host="h", platform="p", python="3", started_at=moment, finished_at=moment),
    )
    for item in artifacts:
        store.replace(paths.artifact(manifest, item), files[item.path][1])
    store.create(paths.manifest(manifest.ref), manifest.to_json())
    _let_through(store, manifest)
    return manifest.ref


def _let_through(store: FolderStore, manifest: Manifest) -> None:
    """Whatever the demo's gate thinks of it."""
    verdict = decide(manifest, load_profile("demo"))
    publish_verdict(store, verdict.model_copy(update={"passed": True}))
