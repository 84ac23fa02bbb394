"""Friction, which belongs to two surfaces: the pairs in `friction_pairs.toml`, and a material's own where none is."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import model_validator

from jobs.contracts.document import Document, Name
from jobs.contracts.simready import FrictionPair, PropertySource
from jobs.simready.physics.estimate import Estimate

_TABLE = Path(__file__).with_name("friction_pairs.toml")


class Friction(Document):
    """Coefficients of what rests and of what slides; sliding never holds harder."""

    static: Estimate
    dynamic: Estimate

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.dynamic.value > self.static.value:
            raise ValueError(f"dynamic friction {self.dynamic.value} exceeds static friction {self.static.value}")
        return self


class Pair(Friction):
    """Of two materials, in either order."""

    between: tuple[Name, Name]

    def other_than(self, material: Name) -> Name:
        one, other = self.between
        return one if other == material else other


def find_friction(material: Name, other: Name) -> Friction | None:
    """Between two materials; None if the table does not hold the pair."""
    return next((pair for pair in load_pairs() if sorted(pair.between) == sorted((material, other))), None)


def describe_pairs(material: Name, source: PropertySource) -> tuple[FrictionPair, ...]:
    """Every pair of the table that has the material, by the name of the other one."""
    others = {pair.other_than(material): pair for pair in load_pairs() if material in pair.between}
    return tuple(
        FrictionPair(
            against=other,
            static_friction=others[other].static.as_property("", source),
            dynamic_friction=others[other].dynamic.as_property("", source),
        )
        for other in sorted(others)
    )


@cache
def load_pairs() -> tuple[Pair, ...]:
    """Every pair of the table."""
    return tuple(Pair.model_validate(entry) for entry in tomllib.loads(_TABLE.read_text(encoding="utf-8"))["pair"])
