"""Mesh files that are zip archives: 3MF and USDZ. Nothing is unpacked before its directory has been looked through."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from jobs.geometry.errors import MeshFileTooLarge, UnreadableMesh

_MOST_MEMBERS = 4096
_ENCRYPTED = 0x1
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


@contextmanager
def open_archive(path: Path, max_bytes: int, *, stored: bool) -> Iterator[zipfile.ZipFile]:
    """A zip archive whose members are safe to read, each up to the size that it says.

    Args:
        max_bytes: Of all members together, uncompressed.
        stored: Whether none may be compressed, as in USDZ.

    Raises:
        UnreadableMesh: It is no archive, or is one that no program writes by mistake.
        MeshFileTooLarge: By what the directory says.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _require_sound(path, archive.infolist(), max_bytes, stored)
            yield archive
    except _DAMAGE as error:
        raise UnreadableMesh(path.name, f"it is a damaged archive ({error})") from error


def _require_sound(path: Path, members: list[zipfile.ZipInfo], max_bytes: int, stored: bool) -> None:
    if len(members) > _MOST_MEMBERS:
        raise UnreadableMesh(path.name, f"it holds {len(members):,} files, at most {_MOST_MEMBERS:,} are looked at")
    if len({member.filename for member in members}) != len(members):
        raise UnreadableMesh(path.name, "it holds two files of the same name")
    for member in members:
        name = PurePosixPath(member.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in member.filename or ":" in member.filename:
            raise UnreadableMesh(path.name, f"it holds '{member.filename[:80]}', a name that leads out of it")
        if member.flag_bits & _ENCRYPTED:
            raise UnreadableMesh(path.name, f"'{member.filename[:80]}' in it is encrypted")
        if stored and member.compress_type != zipfile.ZIP_STORED:
            raise UnreadableMesh(path.name, f"'{member.filename[:80]}' in it is compressed, which its format forbids")
        if stored and member.file_size != member.compress_size:
            raise UnreadableMesh(path.name, f"'{member.filename[:80]}' in it says two different sizes")
    total = sum(member.file_size for member in members)
    if total > max_bytes:
        raise MeshFileTooLarge(path.name, total, max_bytes)
