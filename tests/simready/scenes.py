"""Assets in one store, and scenes that the assembly job makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trimesh

from jobs.contracts.assembly import AssembledScene, AssemblyRequest, PlacedObject
from jobs.contracts.check import CheckResult
from jobs.contracts.manifest import Manifest, ManifestRef
from jobs.contracts.simready import SimreadyRequest
from jobs.runtime import paths
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
    """A store with assets that the demo's gate let through."""

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


def make_assets(root: Path, meshes: Mapping[str, trimesh.Trimesh], **fields: Any) -> Workshop:
    """One asset of each mesh, all in one store."""
    store = FolderStore(str(root / "store"))
    assets = {}
    for name, mesh in meshes.items():
        mesh_ref = commit_reconstruction(store, root / name, mesh)
        request = SimreadyRequest.model_validate(
            {"schema_version": 1, "profile": "demo", "name": name, "mesh": mesh_ref, **fields}
        )
        manifest = execute(request, store, _settings(root), silent).manifest
        publish_verdict(store, decide(manifest, load_profile("demo")))
        assets[name] = manifest.ref
    return Workshop(root, assets)


def _settings(root: Path) -> Settings:
    return Settings(work_dir=root / "work", image=None, isaac_sim_root=None)
