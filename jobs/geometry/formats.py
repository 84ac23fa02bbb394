"""Mesh file formats and the length that one of their units stands for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from jobs.contracts.document import LengthUnit
from jobs.geometry.errors import UnitsContradictFormat, UnitsNotStated, UnknownMeshFormat

MeshFormat = Literal["glb", "obj", "ply", "stl"]
METRES_PER_UNIT: dict[LengthUnit, float] = {"m": 1.0, "cm": 0.01, "mm": 0.001, "in": 0.0254}


def format_of(path: Path) -> MeshFormat:
    """The format that a file's extension names.

    Raises:
        UnknownMeshFormat: None of those read here.
    """
    extension = path.suffix.lower().lstrip(".")
    for known in get_args(MeshFormat):
        if extension == known:
            return known
    raise UnknownMeshFormat(path.name, get_args(MeshFormat))


def metres_per_unit(path: Path, units: LengthUnit | None) -> float:
    """Factor from file units to metres. GLB is in metres by specification (glTF 2.0, 3.4); the others say nothing.

    Raises:
        UnitsNotStated: The format carries no units and nobody gave any.
        UnitsContradictFormat: A GLB with units other than metres.
    """
    if format_of(path) == "glb":
        if units not in (None, "m"):
            raise UnitsContradictFormat(path.name, units)
        return 1.0
    if units is None:
        raise UnitsNotStated(path.name)
    return METRES_PER_UNIT[units]
