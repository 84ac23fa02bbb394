"""The store seam: dumb bytes under paths. A local folder and a GCS bucket hold the same layout."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from jobs.contracts.document import StorePath
from jobs.runtime.errors import BadInput
from jobs.runtime.registry import resolve

SCHEMES = {"file": "jobs.runtime.folder_store:FolderStore", "gs": "jobs.runtime.gcs_store:GcsStore"}
_STORE_PATH: TypeAdapter[str] = TypeAdapter(StorePath)


class PathLeavesStore(BadInput):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path!r} is not a path inside a store. Use relative paths of printable names, without '..' or '//'."
        )


@dataclass(frozen=True)
class StoredObject:
    path: str
    bytes: int


class Store(Protocol):
    """Every write is whole or absent. Paths are `StorePath`s; anything else raises `PathLeavesStore`.

    Errors: `ArtifactMissing`, `StoreUnwritable`, `StoreUnreadable`, and `StoreUnreachable` where a retry may help.
    """

    uri: str

    def read(self, path: str) -> bytes: ...

    def stat(self, path: str) -> StoredObject | None: ...

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Objects whose path starts with `prefix`, in order of path. A folder's prefix ends with '/'.

        What somebody else put there under a name that is no `StorePath` is left out: nobody could read it.
        """
        ...

    def create(self, path: str, data: bytes) -> bool:
        """Write only if nothing is there; False if something was. Of many racers exactly one gets True."""
        ...

    def replace(self, path: str, data: bytes) -> None: ...

    def upload(self, source: Path, path: str) -> None:
        """Copy a local file in, replacing what was there."""
        ...

    def download(self, path: str, target: Path) -> None: ...

    def link(self, source: str, target: str) -> None:
        """Make `target` the same immutable bytes as `source`, without moving them; nothing happens if it exists."""
        ...

    def delete(self, path: str) -> None:
        """Remove; no error if absent."""
        ...


def open_store(uri: str) -> Store:
    """Open `gs://bucket[/prefix]`, `file:///folder` or a plain folder path.

    Raises:
        UnknownName: The scheme is neither.
        StoreUnreadable: It cannot be opened.
    """
    match = re.match(r"([a-z][a-z0-9+.-]+)://", uri, re.IGNORECASE)
    return resolve("kind of store", SCHEMES, match[1] if match else "file")(uri)


def require_store_path(path: str) -> str:
    """`path` itself.

    Raises:
        PathLeavesStore: It is absolute, climbs or is malformed.
    """
    try:
        return _STORE_PATH.validate_python(path)
    except ValidationError as error:
        raise PathLeavesStore(path) from error


def is_store_path(path: str) -> bool:
    try:
        _STORE_PATH.validate_python(path)
    except ValidationError:
        return False
    return True


def sha256_of(path: Path) -> str:
    """sha256 of a local file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
