"""The table of materials in `materials.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import model_validator

from jobs.contracts.document import Document, Name
from jobs.simready.errors import UnknownMaterial
from jobs.simready.physics.estimate import Estimate
from jobs.simready.physics.friction import Friction, find_friction

UNSPECIFIED = "unspecified"
_TABLE = Path(__file__).with_name("materials.toml")


class Material(Document):
    """What an object made of it weighs and how it slides, dry, on common table tops."""

    name: Name
    density_kg_m3: Estimate
    static_friction: Estimate
    dynamic_friction: Estimate
    restitution: Estimate

    @model_validator(mode="after")
    def _holds_better_at_rest(self) -> Self:
        Friction(static=self.static_friction, dynamic=self.dynamic_friction)
        return self

    def widened(self, factor: float) -> Material:
        """The same values, less sure of; nothing bounces higher than it fell."""
        bounce = self.restitution.widened(factor)
        return self.model_copy(
            update={
                "density_kg_m3": self.density_kg_m3.widened(factor),
                "static_friction": self.static_friction.widened(factor),
                "dynamic_friction": self.dynamic_friction.widened(factor),
                "restitution": bounce.model_copy(update={"high": min(bounce.high, 1.0)}),
            }
        )

    def on(self, other: Name) -> Material:
        """The same, with the friction that the table of pairs has for it on another material, if it has."""
        pair = find_friction(self.name, other)
        if pair is None:
            return self
        return self.model_copy(update={"static_friction": pair.static, "dynamic_friction": pair.dynamic})


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
