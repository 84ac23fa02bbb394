"""The folder that one execution works in: verified inputs, outputs to be committed, progress, random streams."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import uuid
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from jobs.contracts.check import CheckResult
from jobs.contracts.document import Document
from jobs.contracts.manifest import Artifact, Manifest, ManifestRef, Provenance
from jobs.contracts.reconstruction import UploadedFile
from jobs.runtime.artifacts import download_artifact, download_upload
from jobs.runtime.errors import InvalidRequest, StoreUnwritable
from jobs.runtime.registry import JobRequest
from jobs.runtime.store import Store, require_store_path, sha256_of

REQUEST_KIND = "request"
"""Every output holds the request that it answers, for people and for certificates; it is in no key."""


class Progress(Protocol):
    """Told what is being done; `done` of `total` steps where they can be counted."""

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None: ...


@dataclass
class Workspace:
    """What `run(request, workspace)` may touch. Results go below `outputs`; everything else is scratch."""

    root: Path
    store: Store
    key: str
    manifests: Mapping[ManifestRef, Manifest]
    progress: Progress
    bytes_read: int = 0
    _announced: dict[str, str] = field(default_factory=dict[str, str])
    _fetched: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def outputs(self) -> Path:
        return self.root / "outputs"

    def scratch(self, name: str) -> Path:
        """A folder for intermediate files; never committed."""
        folder = self.root / "scratch" / require_store_path(name)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def fetch(self, uploaded: UploadedFile) -> Path:
        """A verified local copy of an uploaded file, under its own name (siblings keep their relative places).

        Raises:
            InvalidRequest: Another file of the request has the same name.
            ArtifactMissing, ArtifactCorrupt: It is not what was uploaded.
        """
        target = self.root / "inputs" / "uploads" / require_store_path(uploaded.name)
        fetched = self._fetched.get(uploaded.name)
        if fetched is None:
            download_upload(self.store, uploaded, target)
            self._fetched[uploaded.name] = uploaded.sha256
            self.bytes_read += uploaded.bytes
        elif fetched != uploaded.sha256:
            raise InvalidRequest("the request", f"two different files in it are both named '{uploaded.name}'")
        return target

    def open_input(self, ref: ManifestRef, kind: str) -> tuple[Path, ...]:
        """Verified local copies of an input's artifacts of one kind, under their relative paths."""
        return tuple(self.open_artifact(ref, item) for item in self.manifests[ref].of_kind(kind))

    def open_artifact(self, ref: ManifestRef, item: Artifact) -> Path:
        target = self.root / "inputs" / ref.job / ref.key / require_store_path(item.path)
        if not target.exists():
            download_artifact(self.store, self.manifests[ref], item, target)
            self.bytes_read += item.bytes
        return target

    def output(self, kind: str, path: str) -> Path:
        """A path to write an artifact to. It becomes part of the manifest, so it must exist when the job ends.

        Asking again, as a provider does that is tried after another, gives the same path.
        """
        target = self.outputs / require_store_path(path)
        if self._announced.setdefault(path, kind) != kind:
            raise ValueError(f"'{path}' is already announced as '{self._announced[path]}', not as '{kind}'")
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def publish_document(self, kind: str, path: str, document: Document) -> None:
        """Write a contract document as an artifact."""
        self.output(kind, path).write_bytes(document.to_json())

    def manifest(self, request: JobRequest, checks: Iterable[CheckResult], provenance: Provenance) -> Manifest:
        """The promise about everything that `output` handed out.

        Raises:
            FileNotFoundError: An announced artifact was not written.
        """
        self.publish_document(REQUEST_KIND, "request.json", request)
        artifacts = tuple(
            Artifact(
                kind=kind,
                path=path,
                sha256=sha256_of(self.outputs / path),
                bytes=(self.outputs / path).stat().st_size,
            )
            for path, kind in sorted(self._announced.items())
        )
        return Manifest(
            schema_version=1,
            job=request.job,
            key=self.key,
            request_sha256=request.digest(),
            inputs=tuple(self.manifests),
            artifacts=artifacts,
            checks=tuple(checks),
            provenance=provenance,
        )


def derive_seed(seed: int, *labels: str | int) -> int:
    """A 64-bit seed for the stream named by `labels`; neighbouring seeds and labels give unrelated streams."""
    text = "\x1f".join(str(part) for part in (seed, *labels))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


@contextmanager
def temporary_folder(parent: Path) -> Generator[Path]:
    """A folder that is gone afterwards; those of killed processes are swept by the next one.

    Raises:
        StoreUnwritable: `parent` cannot be written.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (parent / "lock").open("a") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            _sweep_abandoned(parent)
            folder = parent / uuid.uuid4().hex
            folder.mkdir(mode=0o700)
            owner = (folder / "owner").open("a")
            fcntl.flock(owner, fcntl.LOCK_EX)
    except OSError as error:
        raise StoreUnwritable(str(parent), str(error)) from error
    with owner:
        try:
            yield folder
        finally:
            # A child of a killed job may still write into it: what stays is swept by the next one.
            shutil.rmtree(folder, ignore_errors=True)


def _sweep_abandoned(parent: Path) -> None:
    """Remove the folders whose owner is dead: a living one holds a lock on `owner`, which is made under our lock."""
    for folder in parent.iterdir():
        if not folder.is_dir():
            continue
        with suppress(BlockingIOError):
            if (folder / "owner").exists():
                with (folder / "owner").open("r+") as owner:
                    fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


def silent(step: str, done: int = 0, total: int = 0) -> None:
    """A `Progress` that tells nobody."""
