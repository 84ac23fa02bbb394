"""A store in a local folder. Create-only is `os.link` of a fully written, fsynced temporary file."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from jobs.runtime.durable import make_folder, place, settle
from jobs.runtime.errors import ArtifactMissing, StoreUnreadable, StoreUnwritable
from jobs.runtime.store import PathLeavesStore, StoredObject, is_store_path, require_store_path

TEMPORARIES = "scratch/writes"
_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class FolderStore:
    """See `Store`. Temporary files lie in `scratch/writes`, locked by their writer; those of dead writers are swept.

    A symbolic link is no object, and none leads out of the folder.
    """

    def __init__(self, uri: str) -> None:
        self._root = _folder_of(uri)
        self.uri = str(self._root)
        if self._root.exists() and not self._root.is_dir():
            raise StoreUnwritable(self.uri, "it is a file, not a folder")

    def read(self, path: str) -> bytes:
        with self._open(path) as file:
            return file.read()

    def stat(self, path: str) -> StoredObject | None:
        file = self._locate(path)
        try:
            status = file.lstat()
        except _ABSENT:
            return None
        except OSError as error:
            raise StoreUnreadable(self.uri, str(error)) from error
        return StoredObject(path, status.st_size) if stat.S_ISREG(status.st_mode) else None

    def list(self, prefix: str) -> Iterator[StoredObject]:
        folder = self._locate(prefix.rpartition("/")[0]) if "/" in prefix else self._root
        paths = sorted(
            Path(parent, name).relative_to(self._root).as_posix()
            for parent, _, names in os.walk(folder, onerror=self._refuse_to_skip)
            for name in names
        )
        for path in paths:
            if path.startswith(prefix) and not path.startswith(TEMPORARIES + "/") and is_store_path(path):
                found = None if os.path.islink(self._root / path) else self.stat(path)
                if found is not None:
                    yield found

    def create(self, path: str, data: bytes) -> bool:
        target = self._locate(path)
        if target.is_file():
            return False
        with self._changing(), self._temporary() as (file, temporary):
            file.write(data)
            settle(file)
            try:
                place(os.link, temporary, target)
            except FileExistsError:
                if target.is_dir():
                    raise
                return False
        return True

    def replace(self, path: str, data: bytes) -> None:
        target = self._locate(path)
        with self._changing(), self._temporary() as (file, temporary):
            file.write(data)
            settle(file)
            place(os.replace, temporary, target)

    def upload(self, source: Path, path: str) -> None:
        target = self._locate(path)
        with source.open("rb") as stream, self._changing(), self._temporary() as (file, temporary):
            shutil.copyfileobj(stream, file, 1 << 20)
            settle(file)
            place(os.replace, temporary, target)

    def download(self, path: str, target: Path) -> None:
        with self._open(path) as source:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)

    def link(self, source: str, target: str) -> None:
        origin, destination = self._locate(source), self._locate(target)
        if self.stat(source) is None:
            raise ArtifactMissing(self.uri, source)
        with self._changing():
            try:
                place(os.link, origin, destination)
            except FileExistsError:
                if destination.is_dir():
                    raise

    def delete(self, path: str) -> None:
        target = self._locate(path)
        with self._changing(), suppress(*_ABSENT):
            target.unlink()
        for parent in target.parents:
            if parent == self._root or not _removed_if_empty(parent):
                break

    def _locate(self, path: str) -> Path:
        target = self._root / require_store_path(path)
        inside = Path(os.path.realpath(target.parent)).is_relative_to(self._root)
        if not inside or os.path.islink(target) or target.is_relative_to(self._root / TEMPORARIES):
            raise PathLeavesStore(path)
        return target

    def _open(self, path: str) -> IO[bytes]:
        try:
            return self._locate(path).open("rb")
        except _ABSENT as error:
            raise ArtifactMissing(self.uri, path) from error
        except OSError as error:
            raise StoreUnreadable(self.uri, str(error)) from error

    def _refuse_to_skip(self, error: OSError) -> None:
        """`os.walk` would leave out what it cannot read."""
        if not isinstance(error, _ABSENT):
            raise StoreUnreadable(self.uri, str(error)) from error

    @contextmanager
    def _changing(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise StoreUnwritable(self.uri, str(error)) from error

    @contextmanager
    def _temporary(self) -> Generator[tuple[IO[bytes], Path]]:
        """A new file, locked for as long as its writer lives."""
        folder = self._root / TEMPORARIES
        temporary = folder / uuid.uuid4().hex
        make_folder(folder)
        with (folder / "lock").open("ab") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            _sweep(folder)
            file = temporary.open("xb")
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            with file:
                yield file, temporary
        finally:
            temporary.unlink(missing_ok=True)


def _folder_of(uri: str) -> Path:
    """Raises: StoreUnreadable: A `file://` address of another machine, or the home of nobody."""
    if not uri.startswith("file://"):
        try:
            return Path(uri).expanduser().resolve()
        except RuntimeError as error:
            raise StoreUnreadable(uri, str(error)) from error
    host, _, path = uri.removeprefix("file://").partition("/")
    if host not in ("", "localhost"):
        raise StoreUnreadable(uri, f"a folder's address has three slashes, as in file:///{host}/{path}")
    return Path("/" + unquote(path)).resolve()


def _removed_if_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def _sweep(folder: Path) -> None:
    """Remove what dead writers left: a living one holds a lock on its file."""
    for leftover in folder.iterdir():
        if leftover.name == "lock":
            continue
        with suppress(BlockingIOError, FileNotFoundError, PermissionError), leftover.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            leftover.unlink()
