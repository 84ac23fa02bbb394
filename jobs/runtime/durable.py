"""Files and folders that are still there after a power cut, under the name that they were given."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

PLACING_TRIES = 16
"""A folder that was just made may be gone: another process removed it because it was still empty."""


def place(move: Callable[[Path, Path], None], temporary: Path, target: Path) -> None:
    """Give a settled file its name, durably.

    Raises:
        FileExistsError: `move` is `os.link`, and the name is taken.
        OSError: It cannot be done.
    """
    for tries_left in reversed(range(PLACING_TRIES)):
        make_folder(target.parent)
        try:
            move(temporary, target)
            break
        except FileNotFoundError:
            if not tries_left:
                raise
    with suppress(FileNotFoundError):
        _settle_folder(target.parent)


def make_folder(folder: Path) -> None:
    """Make it and its parents, durably."""
    if folder.is_dir():
        return
    for tries_left in reversed(range(PLACING_TRIES)):
        missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for made in missing:
                _settle_folder(made.parent)
            return
        except FileExistsError as error:
            raise NotADirectoryError(f"'{folder}' is a file, a folder is needed") from error
        except FileNotFoundError:
            if not tries_left:
                raise


def settle(file: IO[bytes]) -> None:
    """What was written is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def _settle_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
