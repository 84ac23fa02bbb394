"""One model part of a 3MF, read as a stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from jobs.geometry.errors import TooManyFaces, UnreadableMesh, UnsupportedMesh
from jobs.geometry.xml_stream import parse_xml

_METRES_PER_UNIT = {
    "micron": 1e-6, "millimeter": 1e-3, "centimeter": 1e-2, "inch": 0.0254, "foot": 0.3048, "meter": 1.0,
}  # fmt: skip
_CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
_MATERIALS = "http://schemas.microsoft.com/3dmanufacturing/material/2015/02"
_PRODUCTION = "http://schemas.microsoft.com/3dmanufacturing/production/2015/06"
_BUILT = ("model", "solidsupport", "")
"""Types of objects that are part of the model; supports are for printing."""
_Colour = tuple[int, int, int, int]


@dataclass(frozen=True)
class Solid:
    """One mesh of the model: `vertices` (n, 3) in the model's units, `colours` (n, 4) or None; the object's `name`, or
    its number where it has none."""

    name: str
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    colours: NDArray[np.uint8] | None


@dataclass(frozen=True)
class Component:
    """An object used by another, or by the build plate; `part` is the file in the archive that defines it."""

    part: str
    object_id: str
    T_parent_item: NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """`objects`: by id, each either one solid or components. `items`: what is to be built."""

    metres_per_unit: float
    objects: Mapping[str, tuple[Solid | Component, ...]]
    items: tuple[Component, ...]
    warnings: tuple[str, ...]


def parse_model(path: Path, part: str, stream: IO[bytes], max_faces: int) -> Model:
    """Read one part of the archive at `path`.

    Raises:
        UnreadableMesh: It is not a model, or a number in it is none.
        UnsupportedMesh: It requires an extension that is not read here.
        TooManyFaces: While it is read.
    """
    reader = _Reader(path, part, max_faces)
    try:
        parse_xml(path, stream, reader.start, reader.end)
    except (KeyError, IndexError, ValueError) as error:
        raise UnreadableMesh(path.name, f"its model is damaged ({error!r})") from error
    if reader.metres_per_unit is None:
        raise UnreadableMesh(path.name, f"its part '{part[:80]}' is not a 3MF model")
    return Model(reader.metres_per_unit, reader.objects, tuple(reader.items), tuple(reader.warnings))


@dataclass
class _Reader:
    path: Path
    part: str
    max_faces: int
    metres_per_unit: float | None = None
    objects: dict[str, tuple[Solid | Component, ...]] = field(default_factory=dict)
    items: list[Component] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _palettes: dict[str, list[_Colour]] = field(default_factory=dict)
    _palette: list[_Colour] = field(default_factory=list)
    _object: dict[str, str] = field(default_factory=dict)
    _vertices: list[tuple[float, float, float]] = field(default_factory=list)
    _faces: list[tuple[int, int, int]] = field(default_factory=list)
    _paints: list[tuple[_Colour, _Colour, _Colour] | None] = field(default_factory=list)
    _components: list[Component] = field(default_factory=list)
    _seen_faces: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        handler = _STARTS.get(name)
        if handler is not None:
            handler(self, attributes)

    def end(self, name: str) -> None:
        if name == f"{_CORE} object":
            self._finish_object()

    def on_model(self, attributes: dict[str, str]) -> None:
        unit = attributes.get("unit", "millimeter")
        if unit not in _METRES_PER_UNIT:
            raise UnreadableMesh(self.path.name, f"its unit is '{unit[:40]}', not one of {', '.join(_METRES_PER_UNIT)}")
        self.metres_per_unit = _METRES_PER_UNIT[unit]
        for prefix in attributes.get("requiredextensions", "").split():
            if prefix not in ("p", "m"):
                raise UnsupportedMesh(self.path.name, f"the 3MF extension '{prefix[:40]}'")

    def on_palette(self, attributes: dict[str, str]) -> None:
        self._palette = self._palettes.setdefault(attributes["id"], [])

    def on_base(self, attributes: dict[str, str]) -> None:
        self._palette.append(_colour(attributes["displaycolor"]))

    def on_colour(self, attributes: dict[str, str]) -> None:
        self._palette.append(_colour(attributes["color"]))

    def on_textures(self, attributes: dict[str, str]) -> None:
        self.warnings.append(f"'{self.path.name}' has textures, which are not read from 3MF; their colours are lost")

    def on_object(self, attributes: dict[str, str]) -> None:
        self._object = attributes
        self._vertices, self._faces, self._paints, self._components = [], [], [], []

    def on_vertex(self, attributes: dict[str, str]) -> None:
        self._vertices.append((float(attributes["x"]), float(attributes["y"]), float(attributes["z"])))
        if len(self._vertices) > 3 * self.max_faces:
            raise TooManyFaces(self.path.name, len(self._vertices) // 3, self.max_faces)

    def on_triangle(self, attributes: dict[str, str]) -> None:
        self._faces.append((int(attributes["v1"]), int(attributes["v2"]), int(attributes["v3"])))
        self._paints.append(self._paint(attributes))
        self._seen_faces += 1
        if self._seen_faces > self.max_faces:
            raise TooManyFaces(self.path.name, self._seen_faces, self.max_faces)

    def on_component(self, attributes: dict[str, str]) -> None:
        self._components.append(self._use(attributes))

    def on_item(self, attributes: dict[str, str]) -> None:
        self.items.append(self._use(attributes))

    def _use(self, attributes: dict[str, str]) -> Component:
        part = attributes.get(f"{_PRODUCTION} path", self.part).lstrip("/")
        return Component(part, attributes["objectid"], _matrix(attributes.get("transform")))

    def _paint(self, triangle: dict[str, str]) -> tuple[_Colour, _Colour, _Colour] | None:
        """Colours of the corners: the triangle's own properties, or else the object's."""
        palette = self._palettes.get(triangle.get("pid", self._object.get("pid", "")))
        first = triangle.get("p1", self._object.get("pindex"))
        if palette is None or first is None:
            return None
        indices = (int(first), int(triangle.get("p2", first)), int(triangle.get("p3", first)))
        return palette[indices[0]], palette[indices[1]], palette[indices[2]]

    def _finish_object(self) -> None:
        vertices = np.array(self._vertices, np.float64).reshape(-1, 3)
        faces = np.array(self._faces, np.int64).reshape(-1, 3)
        if len(faces) and (faces.min() < 0 or faces.max() >= len(vertices)):
            raise UnreadableMesh(self.path.name, f"a face refers to a vertex that is not one of its {len(vertices):,}")
        name = self._object.get("name") or self._object["id"]
        solids = (Solid(name, vertices, faces, self._mix(faces, len(vertices))),) if len(faces) else ()
        built = self._object.get("type", "") in _BUILT
        self.objects[self._object["id"]] = (*solids, *self._components) if built else ()

    def _mix(self, faces: NDArray[np.int64], vertices: int) -> NDArray[np.uint8] | None:
        """The mean of the corners' colours at each vertex; white where nobody says."""
        if all(paint is None for paint in self._paints):
            return None
        blank = ((255, 255, 255, 255),) * 3
        corners = np.array([blank if paint is None else paint for paint in self._paints], np.float64).reshape(-1, 4)
        total, around = np.zeros((vertices, 4)), np.bincount(faces.reshape(-1), minlength=vertices)[:, None]
        np.add.at(total, faces.reshape(-1), corners)
        return np.where(around > 0, np.rint(total / np.maximum(around, 1)), 255).astype(np.uint8)


_STARTS = {
    f"{_CORE} model": _Reader.on_model,
    f"{_CORE} basematerials": _Reader.on_palette,
    f"{_CORE} base": _Reader.on_base,
    f"{_MATERIALS} colorgroup": _Reader.on_palette,
    f"{_MATERIALS} color": _Reader.on_colour,
    f"{_MATERIALS} texture2dgroup": _Reader.on_textures,
    f"{_CORE} object": _Reader.on_object,
    f"{_CORE} vertex": _Reader.on_vertex,
    f"{_CORE} triangle": _Reader.on_triangle,
    f"{_CORE} component": _Reader.on_component,
    f"{_CORE} item": _Reader.on_item,
}


def _colour(text: str) -> _Colour:
    """#RRGGBB or #RRGGBBAA."""
    values = bytes.fromhex(text.removeprefix("#"))
    red, green, blue, alpha = values if len(values) == 4 else (*values, 255)
    return red, green, blue, alpha


def _matrix(text: str | None) -> NDArray[np.float64]:
    """Twelve numbers, of a matrix that rows are multiplied with, as one that columns are multiplied with."""
    if text is None:
        return np.eye(4)
    rows = np.array([float(word) for word in text.split()], np.float64).reshape(4, 3)
    return np.vstack([rows.T, [0.0, 0.0, 0.0, 1.0]])
