"""A USD package as one file."""

from __future__ import annotations

import zipfile
from pathlib import Path

_ALIGNMENT = 64
_HEADER_BYTES, _EXTRA_HEADER_BYTES = 30, 4
_PADDING_TAG = 0x1986
"""The tag that OpenUSD's own writer gives its padding."""
_THE_ONLY_TIME = (1980, 1, 1, 0, 0, 0)


def save_usdz(main: Path, target: Path) -> None:
    """Write `main` and every file of its folder to `target`, the main file first.

    Not with OpenUSD's own writer: it writes down when the files were changed, so no two packages would be the same.
    Source: the USDZ file format specification: a zip archive, nothing compressed, the data of each file at a multiple
    of 64 bytes.
    """
    folder = main.parent
    others = sorted(file for file in folder.rglob("*") if file.is_file() and file != main)
    with target.open("wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for file in (main, *others):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _THE_ONLY_TIME)
            data_at = stream.tell() + _HEADER_BYTES + len(entry.filename.encode()) + _EXTRA_HEADER_BYTES
            padding = -data_at % _ALIGNMENT
            entry.extra = _PADDING_TAG.to_bytes(2, "little") + padding.to_bytes(2, "little") + bytes(padding)
            archive.writestr(entry, file.read_bytes())
