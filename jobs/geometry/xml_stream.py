"""Untrusted XML, element by element, without entities."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO
from xml.parsers import expat

from jobs.geometry.errors import UnreadableMesh

_PIECE_BYTES = 1 << 16
_DEEPEST = 64


def parse_xml(
    path: Path,
    stream: IO[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
) -> None:
    """Tell `start` and `end` of every element; names are "namespace name".

    Raises:
        UnreadableMesh: It is not well-formed, nested too deeply, or declares a document type: those hold entities,
            which can grow without bound or read other files, and no mesh needs one.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def refuse(*_: object) -> None:
        raise UnreadableMesh(path.name, "its XML declares a document type, which is not read")

    def descend(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise UnreadableMesh(path.name, f"its XML is nested more than {_DEEPEST} deep")
        start(name, attributes)

    def ascend(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = descend
    parser.EndElementHandler = ascend
    try:
        while piece := stream.read(_PIECE_BYTES):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise UnreadableMesh(path.name, f"its XML is damaged ({error})") from error
