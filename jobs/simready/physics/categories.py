"""The table of categories in `categories.toml`: what a kind of thing usually is."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from jobs.contracts.document import Document, Name
from jobs.contracts.simready import JointKind, Mobility
from jobs.simready.errors import UnknownCategory
from jobs.simready.physics.estimate import Estimate

_TABLE = Path(__file__).with_name("categories.toml")
Inside = Literal["solid", "open", "closed"]
"""Whether a mesh is the material, is a vessel or case that may show its walls, or shows the outside only."""


class WikidataItem(Document):
    """`label` is the English label of the item `qcode`, by which a reader can check it."""

    qcode: Annotated[str, Field(pattern=r"^Q[1-9][0-9]*$")]
    label: str


class ExpectedJoint(Document):
    """How a part moves that is called so, or whose name contains it."""

    part: Name
    kind: JointKind


class Category(Document):
    """A kind of thing. The first of `materials` is the most usual one.

    `bulk_density_kg_m3`: mass over the volume of the outside, which is all that is seen of a closed thing.
    """

    name: Name
    aliases: tuple[Name, ...] = ()
    label: str
    wikidata: WikidataItem
    inside: Inside
    materials: Annotated[tuple[Name, ...], Field(min_length=1)]
    bulk_density_kg_m3: Estimate | None = None
    mobility: Mobility = "dynamic"
    joints: tuple[ExpectedJoint, ...] = ()

    @model_validator(mode="after")
    def _banded(self) -> Self:
        if (self.inside == "solid") != (self.bulk_density_kg_m3 is None):
            raise ValueError(f"'{self.name}' is {self.inside}: a bulk density goes with what is not solid, and only so")
        return self

    def bulk_density_of(self, walls_shown: bool) -> Estimate | None:
        """The band for a mesh that shows the outside only; None if the mesh is the material."""
        return None if self.inside == "open" and walls_shown else self.bulk_density_kg_m3


def find_category(name: str) -> Category:
    """The category of that name or alias.

    Raises:
        UnknownCategory: The table does not hold it.
    """
    table = load_categories()
    by_alias = {alias: category for category in table.values() for alias in category.aliases}
    found = table.get(name) or by_alias.get(name)
    if found is None:
        raise UnknownCategory(name, (*table, *by_alias))
    return found


@cache
def load_categories() -> dict[str, Category]:
    """Every category of the table, by name."""
    document = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    bands = {name: Estimate.model_validate(band) for name, band in document["bands"].items()}
    return {name: _read(name, entry, bands) for name, entry in document["categories"].items()}


def _read(name: str, entry: dict[str, Any], bands: dict[str, Estimate]) -> Category:
    qcode, label = entry.pop("wikidata")
    band = entry.pop("band", None)
    return Category.model_validate(
        {
            **entry,
            "name": name,
            "wikidata": WikidataItem(qcode=qcode, label=label),
            "bulk_density_kg_m3": None if band is None else bands[band],
        }
    )
