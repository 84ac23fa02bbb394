"""Holds a published dataset against its certificate."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from jobs.contracts.document import Sha256
from jobs.contracts.export import Certificate, ChangedFile, FileRecord, Verification
from jobs.runtime.errors import ArtifactMissing, BadInput, StoreUnreadable
from jobs.runtime.publish import CERTIFICATE
from jobs.runtime.store import Store, open_store, sha256_of


class CertificateMissing(BadInput):
    def __init__(self, location: str) -> None:
        super().__init__(
            f"{location} holds no {CERTIFICATE}, so it is not a published dataset. "
            "Name the folder that `simfoundry run` printed: STORE/datasets/NAME/VERSION."
        )


class CertificateMalformed(BadInput):
    def __init__(self, location: str, problems: str) -> None:
        super().__init__(
            f"{CERTIFICATE} in {location} is not a certificate of schema 1: {problems}. "
            "It was damaged or made by another program; publish the dataset again."
        )


class _Place(Protocol):
    def read(self, path: str) -> bytes | None:
        """The whole file; None if it is not there."""
        ...

    def list(self) -> Iterator[str]: ...

    def digest(self, path: str) -> Sha256 | None:
        """None for what is not a plain file."""
        ...


class _Folder:
    """A local folder, as it is. Links are never followed: they are not what was certified."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, path: str) -> bytes | None:
        file = self._root / path
        return file.read_bytes() if file.is_file() and not file.is_symlink() else None

    def list(self) -> Iterator[str]:
        for parent, folders, names in os.walk(self._root):
            linked = [name for name in folders if Path(parent, name).is_symlink()]
            for name in (*names, *linked):
                yield Path(parent, name).relative_to(self._root).as_posix()

    def digest(self, path: str) -> Sha256 | None:
        file = self._root / path
        return sha256_of(file) if file.is_file() and not file.is_symlink() else None


class _Stored:
    """A folder of a store; one file at a time comes here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, path: str) -> bytes | None:
        try:
            return self._store.read(path)
        except ArtifactMissing:
            return None

    def list(self) -> Iterator[str]:
        return (item.path for item in self._store.list(""))

    def digest(self, path: str) -> Sha256 | None:
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / "copy"
            self._store.download(path, copy)
            return sha256_of(copy)


def verify_dataset(location: str) -> Verification:
    """Name every file below `location` that is missing, changed or not in the certificate.

    Args:
        location: A local folder, `file:///folder`, or `gs://bucket/datasets/NAME/VERSION`.

    Raises:
        CertificateMissing: There is no certificate, or no such folder.
        CertificateMalformed: It cannot be parsed, or lists a file twice.
        StoreError: The place cannot be read.
    """
    place = _open(location)
    try:
        data = place.read(CERTIFICATE)
        if data is None:
            raise CertificateMissing(location)
        certificate = _parse(location, data)
        expected = {record.path: record for record in certificate.files}
        present = set(place.list()) - {CERTIFICATE}
        changed = tuple(_differences(place, [expected[path] for path in sorted(present & expected.keys())]))
    except OSError as error:
        raise StoreUnreadable(location, str(error)) from error
    return Verification(
        schema_version=1,
        location=location,
        dataset=certificate.dataset,
        version=certificate.version,
        certificate_sha256=hashlib.sha256(data).hexdigest(),
        files=len(expected),
        missing=tuple(sorted(expected.keys() - present)),
        changed=changed,
        extra=tuple(sorted(present - expected.keys())),
    )


def _open(location: str) -> _Place:
    if "://" in location and not location.startswith("file://"):
        return _Stored(open_store(location))
    return _Folder(Path(location.removeprefix("file://")).expanduser())


def _parse(location: str, data: bytes) -> Certificate:
    try:
        certificate = Certificate.from_json(data)
    except ValidationError as error:
        raise CertificateMalformed(location, str(error)) from error
    listed = [record.path for record in certificate.files]
    if len(set(listed)) != len(listed):
        raise CertificateMalformed(location, "it lists a file more than once")
    return certificate


def _differences(place: _Place, records: list[FileRecord]) -> Iterator[ChangedFile]:
    for record in records:
        seen = place.digest(record.path)
        if seen != record.sha256:
            yield ChangedFile(path=record.path, expected_sha256=record.sha256, seen_sha256=seen)
