"""Files that other files refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from PIL import Image

from jobs.simready.inspection.violation import Violation

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
"""A scheme (package://, https://) or a drive."""
_PICTURES = (".png", ".jpg", ".jpeg")
_MATERIALS = re.compile(r"^(?:mtllib|map_\w+)\s+(.+?)\s*$", re.MULTILINE)


def inspect_reference(where: str, reference: str, folder: Path, package: Path) -> Iterator[Violation]:
    """It is relative to the file's folder, stays in the package, and leads to a file; so do those which that one names.

    Pictures must be readable.
    """
    target = (folder / reference).resolve()
    if _ELSEWHERE.match(reference) or Path(reference).is_absolute() or PureWindowsPath(reference).is_absolute():
        yield Violation("static_references", where, f"refers to '{reference}'; paths are relative")
    elif not target.is_relative_to(package.resolve()):
        yield Violation("static_references", where, f"refers to '{reference}', outside of its package")
    elif not target.is_file():
        yield Violation("static_references", where, f"refers to '{reference}', which is not there")
    elif target.suffix.lower() in _PICTURES:
        yield from _inspect_picture(where, reference, target)
    elif target.suffix.lower() in (".obj", ".mtl"):
        for further in _MATERIALS.findall(target.read_text(encoding="utf-8", errors="replace")):
            yield from inspect_reference(f"{where}, {reference}", further, target.parent, package)


def _inspect_picture(where: str, reference: str, picture: Path) -> Iterator[Violation]:
    try:
        with Image.open(picture) as image:
            image.verify()
    except (OSError, SyntaxError) as error:
        yield Violation("static_files", where, f"refers to '{reference}', which is no picture: {error}")
