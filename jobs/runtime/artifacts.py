"""Reading committed outputs. Every read verifies sha256."""

from __future__ import annotations

import hashlib
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from jobs.contracts.document import Document
from jobs.contracts.manifest import Artifact, Manifest, ManifestRef
from jobs.contracts.reconstruction import UploadedFile
from jobs.runtime import paths
from jobs.runtime.errors import ArtifactCorrupt, DocumentDamaged, OutputIncomplete, StoreUnwritable
from jobs.runtime.store import Store, sha256_of

MAX_PROBLEMS = 20


DocumentT = TypeVar("DocumentT", bound=Document)


def load_manifest(store: Store, ref: ManifestRef) -> Manifest:
    """The manifest that was committed under this key.

    Raises:
        ArtifactMissing: Nothing was.
        DocumentDamaged: Something else lies in its place.
    """
    path = paths.manifest(ref)
    manifest = read_document(store, path, Manifest)
    if manifest.ref != ref:
        raise DocumentDamaged(store.uri, path, "Manifest", f"it belongs to {manifest.job} {manifest.key}")
    if manifest.environment is None:
        raise DocumentDamaged(store.uri, path, "Manifest", "it does not name the attempt that won")
    return manifest


def read_document(store: Store, path: str, kind: type[DocumentT]) -> DocumentT:
    """Raises: ArtifactMissing, DocumentDamaged."""
    try:
        return kind.from_json(store.read(path))
    except ValidationError as error:
        raise DocumentDamaged(store.uri, path, kind.__name__, describe_problems(error)) from error


def describe_problems(error: ValidationError) -> str:
    """What is wrong with a document, place by place, without the values themselves: a stranger may have sent them."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    told = [
        f"{'.'.join(map(str, item['loc'])) or 'the document'}: {item['msg'].removeprefix('Value error, ')}"
        for item in problems[:MAX_PROBLEMS]
    ]
    more = len(problems) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more else "")


def require_complete(store: Store, manifest: Manifest) -> None:
    """Raises: OutputIncomplete: Files were removed, or cut, after the commit. Their contents are not looked at."""
    assert manifest.environment is not None
    attempt = paths.attempt(manifest.ref, manifest.environment.attempt)
    present = {(item.path, item.bytes) for item in store.list(f"{attempt}/")}
    missing = [item.path for item in manifest.artifacts if (f"{attempt}/{item.path}", item.bytes) not in present]
    if missing:
        raise OutputIncomplete(store.uri, paths.output(manifest.ref), missing, len(manifest.artifacts))


def read_artifact(store: Store, manifest: Manifest, artifact: Artifact) -> bytes:
    """Raises: ArtifactMissing, ArtifactCorrupt."""
    path = paths.artifact(manifest, artifact)
    data = store.read(path)
    _require_hash(store, path, artifact.sha256, hashlib.sha256(data).hexdigest())
    return data


def download_artifact(store: Store, manifest: Manifest, artifact: Artifact, target: Path) -> Path:
    """Raises: ArtifactMissing, ArtifactCorrupt."""
    return _download(store, paths.artifact(manifest, artifact), artifact.sha256, target)


def download_upload(store: Store, uploaded: UploadedFile, target: Path) -> Path:
    """Raises: ArtifactMissing, ArtifactCorrupt."""
    return _download(store, uploaded.path, uploaded.sha256, target)


def _download(store: Store, path: str, sha256: str, target: Path) -> Path:
    """`target` appears only when it is whole and verified, so whoever finds it there may use it."""
    partial = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        store.download(path, partial)
        _require_hash(store, path, sha256, sha256_of(partial))
        partial.replace(target)
    except OSError as error:
        raise StoreUnwritable(str(target.parent), str(error)) from error
    finally:
        with suppress(FileNotFoundError, NotADirectoryError):
            partial.unlink()
    return target


def _require_hash(store: Store, path: str, expected: str, seen: str) -> None:
    if seen != expected:
        raise ArtifactCorrupt(store.uri, path, expected, seen)
