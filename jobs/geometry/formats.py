"""Mesh file formats and the length that one of their units stands for."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal, get_args

from jobs.contracts.document import LengthUnit
from jobs.geometry.errors import UnitsContradictFormat, UnitsNotStated, UnknownMeshFormat

MeshFormat = Literal["3mf", "glb", "gltf", "obj", "off", "ply", "stl", "usd", "usda", "usdc", "usdz"]
METRES_PER_UNIT: dict[LengthUnit, float] = {"m": 1.0, "cm": 0.01, "mm": 0.001, "in": 0.0254}
_WITHOUT_UNITS = ("obj", "off", "ply", "stl")
_SAME = 1e-6
"""Relative; USD files often hold lengths as float32."""


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


def is_gltf(path: Path) -> bool:
    """Whether it is glTF, in one file or in several: metres, Y up, linear vertex colours."""
    return format_of(path) in ("glb", "gltf")


def is_usd(path: Path) -> bool:
    return format_of(path).startswith("usd")


def require_units(path: Path, units: LengthUnit | None) -> None:
    """What can be said about units by the format alone, before the file is read.

    Raises:
        UnitsNotStated: The format carries no units and nobody gave any.
        UnitsContradictFormat: A glTF with units other than metres.
    """
    if format_of(path) in _WITHOUT_UNITS:
        settle_units(path, units, None)
    elif is_gltf(path):
        settle_units(path, units, 1.0)


def settle_units(
    path: Path, units: LengthUnit | None, stated_m: float | None
) -> tuple[float, Literal["file_format", "units"]]:
    """Factor from file units to metres, and who said so.

    Args:
        units: What the user says.
        stated_m: What the file says: metres per unit. glTF is in metres by specification (glTF 2.0, 3.4).

    Raises:
        UnitsNotStated: Nobody said anything.
        UnitsContradictFormat: They say different things.
    """
    if stated_m is None:
        if units is None:
            raise UnitsNotStated(path.name)
        return METRES_PER_UNIT[units], "units"
    if units is not None and not math.isclose(METRES_PER_UNIT[units], stated_m, rel_tol=_SAME):
        raise UnitsContradictFormat(path.name, units, stated_m)
    return stated_m, "file_format"
