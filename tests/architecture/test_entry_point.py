"""A job's container and the in-process call are the same job."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import trimesh

from jobs.contracts.reconstruction import MeshSource, ReconstructionRequest, UploadedFile
from jobs.contracts.report import JobReport
from jobs.runtime import paths
from jobs.runtime.artifacts import load_manifest, read_artifact
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.job import execute
from jobs.runtime.settings import Settings
from jobs.runtime.workspace import silent


def test_entry_point_and_call_give_equal_manifests_and_equal_bytes(tmp_path: Path) -> None:
    request = _request(tmp_path)
    stores = [FolderStore(str(tmp_path / name)) for name in ("process", "call")]
    for store in stores:
        source = request.source
        assert isinstance(source, MeshSource)
        store.upload(tmp_path / "brick.glb", source.mesh.path)
    settings = Settings(work_dir=tmp_path / "work", image=None, isaac_sim_root=None)
    called = execute(request, stores[1], settings, silent).manifest

    path = paths.request(request.job, request.digest())
    stores[0].create(path, request.to_json())
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "jobs.reconstruction", f"{stores[0].uri}/{path}"],
        env={**os.environ, "SIMFOUNDRY_WORKDIR": str(tmp_path / "other-work")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    report = JobReport.from_json(ended.stdout)
    assert report.ref == called.ref
    processed = load_manifest(stores[0], called.ref)
    aside = {"usage": None, "environment": None}
    assert processed.model_copy(update=aside) == called.model_copy(update=aside)
    for item in called.artifacts:
        assert read_artifact(stores[0], processed, item) == read_artifact(stores[1], called, item)


def _request(tmp_path: Path) -> ReconstructionRequest:
    trimesh.creation.box((0.04, 0.05, 0.03)).export(tmp_path / "brick.glb")
    data = (tmp_path / "brick.glb").read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    mesh = UploadedFile(name="brick.glb", path=f"uploads/{sha256}/brick.glb", sha256=sha256, bytes=len(data))
    return ReconstructionRequest(
        schema_version=1,
        profile="demo",
        name="brick",
        source=MeshSource(kind="mesh", mesh=mesh, units="m"),
        providers=("mesh_import",),
    )
