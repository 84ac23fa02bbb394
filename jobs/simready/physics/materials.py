"""The table of materials in `materials.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from jobs.contracts.document import Document, Name
from jobs.simready.errors import UnknownMaterial
from jobs.simready.physics.estimate import Estimate

UNSPECIFIED = "unspecified"
_TABLE = Path(__file__).with_name("materials.toml")


class Material(Document):
    """What an object made of it weighs and how it slides, dry, on common table tops."""

    name: Name
    density_kg_m3: Estimate
    static_friction: Estimate
    dynamic_friction: Estimate
    restitution: Estimate


def find_material(name: str) -> Material:
    """The material of that name; the one called 'unspecified' has wide intervals.

    Raises:
        UnknownMaterial: The table does not hold it.
    """
    table = load_materials()
    if name not in table:
        raise UnknownMaterial(name, table)
    return table[name]


@cache
def load_materials() -> dict[str, Material]:
    """Every material of the table, by name."""
    entries = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {name: Material.model_validate({"name": name, **entry}) for name, entry in entries.items()}
