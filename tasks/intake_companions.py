"""The files that belong to a mesh file: materials, textures, buffers, layers. Nothing that lies elsewhere is taken."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jobs.runtime.errors import BadInput
from tasks.uploads import InputUnreadable, list_files

_LAYER_SUFFIXES = (".usd", ".usda", ".usdc")
_TEXTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".exr", ".hdr", ".tga")
_LONGEST_JSON_BYTES = 200_000_000
MOST_COMPANIONS = 500


class TooManyCompanions(BadInput):
    def __init__(self, mesh: Path) -> None:
        super().__init__(
            f"'{mesh}' has more than {MOST_COMPANIONS} layers and textures beside it. "
            "Put it into a folder of its own with those that it needs."
        )


def find_companions(mesh: Path) -> tuple[Path, ...]:
    """Files beside a mesh file, or below its folder, that are needed to read it.

    What an OBJ or a glTF names is looked up in it. What a USD names only its library knows, so all layers and textures
    of its folder are taken. The job itself refuses references that lead elsewhere; here they are left out.

    Raises:
        InputUnreadable: The mesh cannot be opened.
        TooManyFiles, PathLeavesFolder, TooManyCompanions: Of a USD's folder.
    """
    try:
        found = tuple(islice(_FINDERS.get(mesh.suffix.lower(), _none)(mesh), MOST_COMPANIONS + 1))
    except OSError as error:
        raise InputUnreadable(mesh, str(error)) from error
    if len(found) > MOST_COMPANIONS:
        raise TooManyCompanions(mesh)
    return found


def _none(mesh: Path) -> Iterator[Path]:
    yield from ()


def _of_obj(mesh: Path) -> Iterator[Path]:
    """The material files that it names, and the textures that those name."""
    for material in _existing(mesh, _arguments(mesh, "mtllib")):
        yield material
        yield from _existing(mesh, _arguments(material, "map_", "bump", "norm", "disp", "decal"))


def _of_gltf(mesh: Path) -> Iterator[Path]:
    """Its buffers and images; a document that is damaged names none, and the job will say so."""
    document = _glb_document(mesh) if mesh.suffix.lower() == ".glb" else _parse(mesh.read_bytes())
    items = [item for key in ("buffers", "images") for item in _listed(document.get(key))]
    uris = [item["uri"] for item in items if isinstance(item.get("uri"), str)]
    yield from _existing(mesh, [unquote(uri) for uri in uris if not uri.startswith("data:")])


def _of_usd(mesh: Path) -> Iterator[Path]:
    for file in list_files(mesh.parent):
        if file != mesh and file.suffix.lower() in _LAYER_SUFFIXES + _TEXTURE_SUFFIXES:
            yield file


_FINDERS: dict[str, Callable[[Path], Iterator[Path]]] = {
    ".obj": _of_obj, ".gltf": _of_gltf, ".glb": _of_gltf, ".usd": _of_usd, ".usda": _of_usd, ".usdc": _of_usd
}  # fmt: skip


def _glb_document(mesh: Path) -> dict[str, Any]:
    with mesh.open("rb") as file:
        start = file.read(20)
        if len(start) < 20 or start[:4] != b"glTF":
            return {}
        return _parse(file.read(min(struct.unpack("<I", start[12:16])[0], _LONGEST_JSON_BYTES)))


def _parse(text: bytes) -> dict[str, Any]:
    if len(text) > _LONGEST_JSON_BYTES:
        return {}
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _listed(items: object) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _arguments(file: Path, *keywords: str) -> list[str]:
    """What follows a keyword on its line, whole and without the options before the last word."""
    found: dict[str, None] = {}
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.lower().startswith(keywords):
                text = line.partition(" ")[2].strip()
                found |= dict.fromkeys([text, *text.split()[-1:]])
    return list(found)


def _existing(mesh: Path, names: Iterable[str]) -> Iterator[Path]:
    """Those that are files in the mesh's folder or below."""
    folder = mesh.parent
    for file in dict.fromkeys(Path(os.path.normpath(folder / name)) for name in names if name and "\0" not in name):
        if file.is_file() and file.resolve().is_relative_to(folder.resolve()):
            yield file
