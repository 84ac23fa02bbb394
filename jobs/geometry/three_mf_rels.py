"""Which part of a 3MF is its model. 3MF Core Specification 1.3, section 2.1; ECMA-376-2, relationships."""

from __future__ import annotations

import zipfile
from pathlib import Path

from jobs.geometry.errors import UnreadableMesh
from jobs.geometry.xml_stream import parse_xml

_RELATIONSHIPS = "_rels/.rels"
_MODEL_TYPE = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"


def find_model(path: Path, archive: zipfile.ZipFile) -> str:
    """Name of the part that the package's relationships call the 3D model.

    Raises:
        UnreadableMesh: There is none.
    """
    found: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == "Relationship" and attributes.get("Type") == _MODEL_TYPE:
            found.append(attributes.get("Target", "").lstrip("/"))

    if _RELATIONSHIPS not in archive.namelist():
        raise UnreadableMesh(path.name, "it is an archive, but not a 3MF: it has no relationships")
    with archive.open(_RELATIONSHIPS) as stream:
        parse_xml(path, stream, start, lambda name: None)
    if not found:
        raise UnreadableMesh(path.name, "it is an archive, but not a 3MF: it names no model")
    return found[0]
