"""3MF: a zip archive with XML in it.

Source: 3MF Core Specification 1.3, Materials Extension 1.2 (colour groups), Production Extension 1.1 (paths).
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.archive import open_archive
from jobs.geometry.content import Content, fill_white
from jobs.geometry.errors import EmptyMesh, TooManyFaces, UnreadableMesh
from jobs.geometry.three_mf_model import Component, Model, Solid, parse_model
from jobs.geometry.three_mf_rels import find_model

_DEEPEST = 32
_Placed = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.uint8] | None, str]


def read_three_mf(path: Path, limits: MeshLimits) -> Content:
    """Every item of the build plate, placed.

    Raises:
        UnreadableMesh, UnsupportedMesh: See there.
        MeshFileTooLarge, TooManyFaces: Found while it is read; nothing larger is held in memory.
        EmptyMesh: Nothing is to be built.
    """
    with open_archive(path, limits.max_file_bytes, stored=False) as archive:
        package = _Package(path, archive, limits)
        main = package.model(find_model(path, archive))
        count = sum(package.count(item, 0) for item in main.items)
        if count > limits.max_faces:
            raise TooManyFaces(path.name, count, limits.max_faces)
        placed = [part for item in main.items for part in package.place(item, np.eye(4))]
    if not placed:
        raise EmptyMesh(path.name)
    offsets = np.cumsum([0, *(len(vertices) for vertices, *_ in placed)])
    return Content(
        np.concatenate([vertices for vertices, *_ in placed]),
        np.concatenate([faces + offset for (_, faces, *_), offset in zip(placed, offsets, strict=False)]),
        fill_white([colours for _, _, colours, _ in placed], [len(vertices) for vertices, *_ in placed]),
        main.metres_per_unit,
        y_up=False,
        warnings=tuple(dict.fromkeys(warning for model in package.models.values() for warning in model.warnings)),
        names=tuple(name for *_, name in placed),
        object_of_face=np.repeat(np.arange(len(placed)), [len(faces) for _, faces, *_ in placed]),
    )


@dataclass
class _Package:
    """The parts of the archive that have been read, by name."""

    path: Path
    archive: zipfile.ZipFile
    limits: MeshLimits
    models: dict[str, Model] = field(default_factory=dict)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)

    def model(self, name: str) -> Model:
        if name not in self.models:
            try:
                member = self.archive.getinfo(name)
            except KeyError as error:
                raise UnreadableMesh(self.path.name, f"its part '{name[:80]}' is not there") from error
            with self.archive.open(member) as stream:
                self.models[name] = parse_model(self.path, name, stream, self.limits.max_faces)
        return self.models[name]

    def count(self, item: Component, depth: int) -> int:
        """Faces of what an item stands for, instances counted each time, without making any."""
        key = (item.part, item.object_id)
        if key not in self.counts:
            self.counts[key] = sum(
                len(found.faces) if isinstance(found, Solid) else self.count(found, depth + 1)
                for found in self._find(item, depth)
            )
        return self.counts[key]

    def place(self, item: Component, T_build_parent: NDArray[np.float64]) -> list[_Placed]:
        """Every solid below an item; mirrored ones are turned outward again."""
        placed: list[_Placed] = []
        if not self.count(item, 0):
            return placed
        T_build_item = T_build_parent @ item.T_parent_item
        for found in self._find(item, 0):
            if isinstance(found, Component):
                placed += self.place(found, T_build_item)
            elif len(found.faces):
                vertices = found.vertices @ T_build_item[:3, :3].T + T_build_item[:3, 3]
                mirrored = np.linalg.det(T_build_item[:3, :3]) < 0
                placed.append((vertices, found.faces[:, ::-1] if mirrored else found.faces, found.colours, found.name))
        return placed

    def _find(self, item: Component, depth: int) -> tuple[Solid | Component, ...]:
        if depth > _DEEPEST:
            raise UnreadableMesh(self.path.name, f"its components are nested more than {_DEEPEST} deep, or in a circle")
        found = self.model(item.part).objects.get(item.object_id)
        if found is None:
            raise UnreadableMesh(self.path.name, f"it refers to object '{item.object_id[:40]}', which is not there")
        return found
