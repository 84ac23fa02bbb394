"""Requests to the toy job, with their input in the store."""

from __future__ import annotations

import hashlib

from jobs.contracts.manifest import ManifestRef
from jobs.contracts.reconstruction import MeshSource, ReconstructionRequest, UploadedFile
from jobs.contracts.simready import SimreadyRequest
from jobs.runtime.store import Store


def put_upload(store: Store, name: str = "a b.glb", data: bytes = b"mesh bytes") -> UploadedFile:
    sha256 = hashlib.sha256(data).hexdigest()
    path = f"uploads/{sha256}/{name}"
    store.replace(path, data)
    return UploadedFile(name=name, path=path, sha256=sha256, bytes=len(data))


def ask(store: Store, name: str = "good", data: bytes = b"mesh bytes", profile: str = "demo") -> ReconstructionRequest:
    return ReconstructionRequest(
        schema_version=1,
        profile=profile,
        name=name,
        source=MeshSource(kind="mesh", mesh=put_upload(store, data=data), units="m"),
        providers=("mesh_import",),
    )


def ask_simready(mesh: ManifestRef, profile: str = "demo") -> SimreadyRequest:
    return SimreadyRequest(schema_version=1, profile=profile, name="asset", mesh=mesh)
