"""The table of materials in `materials.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import model_validator

from jobs.contracts.document import Document, Name
from jobs.contracts.simready import PhysicalProperty, PropertySource
from jobs.simready.errors import UnknownMaterial

UNSPECIFIED = "unspecified"
_TABLE = Path(__file__).with_name("materials.toml")


class Estimate(Document):
    """A value, the interval that the truth is believed to lie in, and where both come from."""

    value: float
    low: float
    high: float
    reference: str

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if not 0 <= self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} is not within {self.low} .. {self.high}")
        return self

    def as_property(self, unit: str, source: PropertySource) -> PhysicalProperty:
        return PhysicalProperty(
            value=self.value, low=self.low, high=self.high, unit=unit, source=source, reference=self.reference
        )


class Material(Document):
    """What an object made of it weighs and how it slides, dry, on common table tops."""

    name: Name
    density_kg_m3: Estimate
    static_friction: Estimate
    dynamic_friction: Estimate
    restitution: Estimate

    @property
    def source(self) -> PropertySource:
        return "default" if self.name == UNSPECIFIED else "material_table"


def find_material(name: str | None) -> Material:
    """The material of that name; without a name the one called 'unspecified', whose intervals are wide.

    Raises:
        UnknownMaterial: The table does not hold it.
    """
    table = load_materials()
    wanted = UNSPECIFIED if name is None else name
    if wanted not in table:
        raise UnknownMaterial(wanted, table)
    return table[wanted]


@cache
def load_materials() -> dict[str, Material]:
    """Every material of the table, by name."""
    entries = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {name: Material.model_validate({"name": name, **entry}) for name, entry in entries.items()}
