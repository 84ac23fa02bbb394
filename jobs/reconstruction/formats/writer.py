"""The seam between the job and the formats that it writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from jobs.runtime.registry import resolve

if TYPE_CHECKING:
    import trimesh

WRITERS: Mapping[str, str] = {
    "gltf": "jobs.reconstruction.formats.gltf:Gltf",
    "obj": "jobs.reconstruction.formats.obj:Obj",
    "ply": "jobs.reconstruction.formats.ply:Ply",
    "stl": "jobs.reconstruction.formats.stl:Stl",
    "usdz": "jobs.reconstruction.formats.usdz:Usdz",
    "dxf": "jobs.reconstruction.formats.dxf:Dxf",
    "step": "jobs.reconstruction.formats.step:Step",
    "fbx": "jobs.reconstruction.formats.fbx:Fbx",
}
Triangles = tuple[NDArray[np.float64], NDArray[np.int64]]
"""Vertices (n, 3) [m, Z up] and faces (m, 3)."""


@dataclass(frozen=True)
class Original:
    """`mesh.glb`, which is authoritative, and what is in it: vertices [m, Z up], exact as float32. `textured_glb`: the
    same surface with a picture on it, where photos gave one."""

    glb: Path
    mesh: trimesh.Trimesh
    textured_glb: Path | None = None


@dataclass(frozen=True)
class Written:
    """`main`, and the files that it refers to. `moved_m`: how far the surface was moved on purpose, at most; the faces
    may then be others."""

    main: Path
    companions: tuple[Path, ...] = ()
    moved_m: float = 0.0


class MeshWriter(Protocol):
    """One format. `precision`: of a coordinate, relative to the largest one.

    `write` makes `mesh.<extension>` and its companions in an empty folder; `read_back` uses none of the code of
    `write`.
    """

    precision: float

    def require_available(self) -> None:
        """Raises: FormatUnavailable: A library or program is missing."""
        ...

    def write(self, original: Original, folder: Path) -> Written: ...

    def read_back(self, path: Path) -> Triangles: ...


def require_formats(names: Sequence[str], writers: Mapping[str, str] = WRITERS) -> dict[str, MeshWriter]:
    """The writers of what was asked for, before any work is spent on what cannot be written in the end.

    Raises:
        UnknownName: A format is in no table.
        FormatUnavailable: Its library or program is missing.
    """
    asked: dict[str, MeshWriter] = {name: resolve("mesh format", writers, name)() for name in dict.fromkeys(names)}
    for writer in asked.values():
        writer.require_available()
    return asked
