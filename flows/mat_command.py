"""`simfoundry mat`: a capture mat to print."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from jobs.runtime.errors import BadInput, StoreError
from tasks.mat_sheet import draw_mat

PAPERS = ("A4", "A3", "letter")
_SUFFIX = ".pdf"


class NotAPdfName(BadInput):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The mat is written as PDF, but '{path}' does not end in {_SUFFIX}. Name it '{path.stem}.pdf'."
        )


class MatExists(BadInput):
    def __init__(self, path: Path) -> None:
        super().__init__(f"'{path}' exists and is not overwritten. Give another name, or remove it first.")


class MatUnwritable(StoreError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"The mat cannot be written to '{path}': {reason}. Give a folder that you may write to.")


def write_mat(paper: str, path: Path) -> None:
    """Write the mat for a paper as a new PDF file.

    Raises:
        NotAPdfName, MatExists, MatUnwritable: Nothing was written.
        JobFailed, DefectiveJob: See `draw_mat`.
    """
    if path.suffix.lower() != _SUFFIX:
        raise NotAPdfName(path)
    if path.exists() or path.is_symlink():
        raise MatExists(path)
    page = draw_mat(paper)
    try:
        with path.open("xb") as file:
            _fill(file, page, path)
    except FileExistsError as error:
        raise MatExists(path) from error
    except OSError as error:
        raise MatUnwritable(path, error.strerror or str(error)) from error


def _fill(file: BinaryIO, page: bytes, path: Path) -> None:
    """Half a mat is worse than none: on a full disk the file goes away again."""
    try:
        file.write(page)
        file.flush()
    except OSError:
        path.unlink()
        raise
