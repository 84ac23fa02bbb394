"""Runs the whole job on meshes made here, as if a reconstruction had been committed and let through its gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trimesh
from PIL import Image

from jobs.contracts.check import CheckResult
from jobs.contracts.manifest import Artifact, Environment, Manifest, ManifestRef, Provenance
from jobs.contracts.parts import JointsAnnotation, PartMesh, PartsDocument
from jobs.contracts.simready import Asset, ColliderSettings, SimreadyRequest
from jobs.geometry.glb_file import save_glb
from jobs.geometry.joining import concatenate
from jobs.runtime import paths
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gate import decide, publish_verdict
from jobs.runtime.job import execute
from jobs.runtime.profiles import load_profile
from jobs.runtime.settings import Settings
from jobs.runtime.store import sha256_of
from jobs.runtime.workspace import silent

ANY_COLLIDER = ColliderSettings(accept_iou=1e-6, accept_protrusion=1, accept_cavity_filled=1, resort_iou=1e-6)


@dataclass(frozen=True)
class Finished:
    """A committed output, and where its files lie."""

    manifest: Manifest
    folder: Path

    @property
    def asset(self) -> Asset:
        return Asset.from_json((self.folder / "asset.json").read_bytes())

    def check(self, name: str) -> CheckResult:
        (found,) = [check for check in self.manifest.checks if check.name == name]
        return found

    def file(self, kind: str) -> Path:
        (found,) = self.manifest.of_kind(kind)
        return self.folder / found.path


RunJob = Callable[..., Finished]


@pytest.fixture
def run_job(tmp_path: Path) -> RunJob:
    """`run_job(mesh, folder="a", **fields of the request)`."""

    def run(mesh: trimesh.Trimesh, folder: str = "a", **fields: Any) -> Finished:
        return run_simready(tmp_path / folder, mesh, **fields)

    return run


def run_simready(root: Path, mesh: trimesh.Trimesh | dict[str, trimesh.Trimesh], **fields: Any) -> Finished:
    """`mesh`: the object, or its parts by name; `said`: the joints that somebody stated of those."""
    store = FolderStore(str(root / "store"))
    said = fields.pop("said", None)
    reference = commit_reconstruction(store, root, mesh, None if said is None else JointsAnnotation(joints=said))
    given = {"schema_version": 1, "profile": "demo", "name": "thing", "mesh": reference, **fields}
    settings = Settings(work_dir=root / "work", image=None, isaac_sim_root=None)
    manifest = execute(SimreadyRequest.model_validate(given), store, settings, silent).manifest
    assert manifest.environment is not None
    return Finished(manifest, root / "store" / paths.attempt(manifest.ref, manifest.environment.attempt))


def request_physics(**fields: Any) -> SimreadyRequest:
    """A request for the tests of what is assumed of an object; its mesh is never opened."""
    nowhere = ManifestRef(job="reconstruction", key="0" * 64)
    return SimreadyRequest.model_validate(
        {"schema_version": 1, "profile": "demo", "name": "thing", "mesh": nowhere, **fields}
    )


def commit_reconstruction(
    store: FolderStore,
    root: Path,
    mesh: trimesh.Trimesh | dict[str, trimesh.Trimesh],
    joints: JointsAnnotation | None = None,
) -> ManifestRef:
    parts = mesh if isinstance(mesh, dict) else {}
    files = {"mesh.glb": "mesh/glb", "sheet.jpg": "picture/contact_sheet"}
    files |= {f"parts/{name}.glb": "mesh/part_glb" for name in parts}
    (root / "parts").mkdir(parents=True, exist_ok=True)
    save_glb(concatenate(list(parts.values())) if isinstance(mesh, dict) else mesh, root / "mesh.glb")
    Image.new("RGB", (64, 48), (120, 80, 40)).save(root / "sheet.jpg")
    for name, part in parts.items():
        save_glb(part, root / f"parts/{name}.glb")
    if parts:
        files["parts.json"] = "parts/document"
        listed = tuple(PartMesh(name=name, path=f"parts/{name}.glb") for name in parts)
        document = PartsDocument(schema_version=1, name="thing", parts=listed, joints=joints)
        (root / "parts.json").write_bytes(document.to_json())
    manifest = Manifest(
        schema_version=1,
        job="reconstruction",
        key=sha256_of(root / "mesh.glb"),
        request_sha256="b" * 64,
        inputs=(),
        artifacts=tuple(
            Artifact(kind=kind, path=path, sha256=sha256_of(root / path), bytes=(root / path).stat().st_size)
            for path, kind in files.items()
        ),
        checks=(CheckResult(name="longest_extent_m", subject="thing", value=0.1),),
        provenance=Provenance(maker="mesh_import"),
        environment=Environment(
            attempt="only", host="", platform="", python="", started_at=datetime.now(UTC), finished_at=datetime.now(UTC)
        ),
    )
    for item in manifest.artifacts:
        store.upload(root / item.path, paths.artifact(manifest, item))
    store.create(paths.manifest(manifest.ref), manifest.to_json())
    publish_verdict(store, decide(manifest, load_profile("demo")))
    return manifest.ref


@pytest.fixture
def angle_iron() -> trimesh.Trimesh:
    """Two plates at a right angle: not convex, and 0.1 x 0.04 x 0.1 m large."""
    flat = trimesh.creation.box(bounds=[[0, 0, 0], [0.1, 0.04, 0.01]])
    upright = trimesh.creation.box(bounds=[[0, 0, 0], [0.01, 0.04, 0.1]])
    return trimesh.boolean.union([flat, upright], engine="manifold")
