"""Files of a stranger's folder, and their content-addressed place in the store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from jobs.contracts.reconstruction import UploadedFile
from jobs.runtime import paths
from jobs.runtime.errors import BadInput
from jobs.runtime.store import Store, sha256_of
from jobs.runtime.transfers import transfer_all

MAX_FOLDER_FILES = 5000


class InputUnreadable(BadInput):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"'{path}' cannot be read: {reason}. Check its permissions.")


class TooManyFiles(BadInput):
    def __init__(self, folder: Path) -> None:
        super().__init__(f"'{folder}' holds more than {MAX_FOLDER_FILES} files. Give one folder per object.")


class FileTooLarge(BadInput):
    def __init__(self, file: Path, seen_bytes: int, limit_bytes: int) -> None:
        super().__init__(f"'{file}' has {seen_bytes} bytes; at most {limit_bytes} are taken. Make it smaller.")


class PathLeavesFolder(BadInput):
    def __init__(self, path: Path, folder: Path) -> None:
        super().__init__(f"'{path}' leads out of '{folder}'. A request may only name what lies beside it.")


def list_files(folder: Path) -> list[Path]:
    """Every file in it or in its sub-folders, sorted, but hidden ones.

    Raises:
        TooManyFiles, PathLeavesFolder: Of what it finds.
    """
    found: list[Path] = []
    for file in folder.rglob("*"):
        if len(found) == MAX_FOLDER_FILES:
            raise TooManyFiles(folder)
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(folder).parts):
            if not file.resolve().is_relative_to(folder.resolve()):
                raise PathLeavesFolder(file, folder)
            found.append(file)
    return sorted(found)


def require_size(files: Iterable[Path], limit_bytes: int) -> None:
    """Raises: FileTooLarge."""
    for file in files:
        if file.stat().st_size > limit_bytes:
            raise FileTooLarge(file, file.stat().st_size, limit_bytes)


def upload_all(folder: Path, files: Iterable[Path], store: Store) -> tuple[UploadedFile, ...]:
    """Upload under the hash of names and contents, so an upload is the same place for the same files."""
    hashes = {file: _hash(file) for file in files}
    names = {file: file.relative_to(folder).as_posix() for file in hashes}
    listing = "\n".join(f"{hashes[file]} {names[file]}" for file in sorted(hashes))
    root = paths.upload(hashlib.sha256(listing.encode()).hexdigest())
    uploaded = {
        file: UploadedFile(name=names[file], path=f"{root}/{names[file]}", sha256=sha256, bytes=file.stat().st_size)
        for file, sha256 in hashes.items()
    }
    transfer_all(lambda file: _upload_once(file, uploaded[file], store), uploaded)
    return tuple(uploaded.values())


def _upload_once(file: Path, target: UploadedFile, store: Store) -> None:
    present = store.stat(target.path)
    if present is None or present.bytes != target.bytes:
        store.upload(file, target.path)


def _hash(file: Path) -> str:
    try:
        return sha256_of(file)
    except OSError as error:
        raise InputUnreadable(file, str(error)) from error
