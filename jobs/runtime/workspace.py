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
from jobs.runtime.question import QUESTION_KIND, question_digest, question_json
from jobs.runtime.registry import JobRequest
from jobs.runtime.store import Store, require_store_path, sha256_of
from jobs.runtime.transfers import transfer_all


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
    external_calls: int = 0
    _announced: dict[str, str] = field(default_factory=dict[str, str])
    _fetched: dict[str, UploadedFile] = field(default_factory=dict[str, UploadedFile])

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
        (target,) = self.fetch_all((uploaded,))
        return target

    def fetch_all(self, files: Iterable[UploadedFile]) -> tuple[Path, ...]:
        """As `fetch` for each file, in order, but several at once."""
        wanted = tuple(files)
        new: dict[str, UploadedFile] = {}
        for item in wanted:
            known = self._fetched.get(item.name) or new.setdefault(item.name, item)
            if known.sha256 != item.sha256:
                raise InvalidRequest("the request", f"two different files in it are both named '{item.name}'")
        transfer_all(lambda item: download_upload(self.store, item, self._upload_path(item)), new.values())
        self._fetched |= new
        self.bytes_read += sum(item.bytes for item in new.values())
        return tuple(self._upload_path(item) for item in wanted)

    def open_input(self, ref: ManifestRef, kind: str) -> tuple[Path, ...]:
        """Verified local copies of an input's artifacts of one kind, under their relative paths."""
        return self._open_all(ref, self.manifests[ref].of_kind(kind))

    def open_artifact(self, ref: ManifestRef, item: Artifact) -> Path:
        """A verified local copy of one artifact of an input, under its relative path."""
        (target,) = self._open_all(ref, (item,))
        return target

    def _open_all(self, ref: ManifestRef, items: tuple[Artifact, ...]) -> tuple[Path, ...]:
        folder = self.root / "inputs" / ref.job / ref.key
        targets = {item.path: folder / require_store_path(item.path) for item in items}
        new = [item for item in items if not targets[item.path].exists()]
        transfer_all(lambda item: download_artifact(self.store, self.manifests[ref], item, targets[item.path]), new)
        self.bytes_read += sum(item.bytes for item in new)
        return tuple(targets[item.path] for item in items)

    def _upload_path(self, uploaded: UploadedFile) -> Path:
        return self.root / "inputs" / "uploads" / require_store_path(uploaded.name)

    def output(self, kind: str, path: str) -> Path:
        """A path to write an artifact to. It becomes part of the manifest, so it must exist when the job ends.

        Asking again, as a provider does that is tried after another, gives the same path.
        """
        target = self.outputs / require_store_path(path)
        if self._announced.setdefault(path, kind) != kind:
            raise ValueError(f"'{path}' is already announced as '{self._announced[path]}', not as '{kind}'")
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def count_external_call(self) -> None:
        """Somebody else's service was asked, which may cost."""
        self.external_calls += 1

    def publish_document(self, kind: str, path: str, document: Document) -> None:
        """Write a contract document as an artifact."""
        self.output(kind, path).write_bytes(document.to_json())

    def manifest(self, request: JobRequest, checks: Iterable[CheckResult], provenance: Provenance) -> Manifest:
        """The promise about everything that `output` handed out.

        Raises:
            FileNotFoundError: An announced artifact was not written.
        """
        self.output(QUESTION_KIND, "request.json").write_bytes(question_json(request))
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
            request_sha256=question_digest(request),
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
