"""What prims are, and what they are made of, in words and in Wikidata's codes."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from typing import Literal

from pxr import Usd, UsdSemantics

from jobs.contracts.simready import Asset
from jobs.simready.physics.categories import WikidataItem, find_category

Taxonomy = Literal["class", "wikidata_qcode", "material"]
_SOME_THING = WikidataItem(qcode="Q223557", label="physical object")
"""All that is known of a thing whose kind nobody said."""


def label(prim: Usd.Prim, taxonomy: Taxonomy, *values: str) -> None:
    """Author labels; what lies below the prim inherits them."""
    UsdSemantics.LabelsAPI.Apply(prim, taxonomy).CreateLabelsAttr(list(dict.fromkeys(values)))


def label_kind(root: Usd.Prim, asset: Asset) -> None:
    """What its owner calls it and what kind of thing it is, and Wikidata's code for that."""
    kind = () if asset.category is None else (find_category(asset.category).label,)
    label(root, "class", asset.name, *kind)
    label(root, "wikidata_qcode", wikidata_item(asset).qcode)


def wikidata_item(asset: Asset) -> WikidataItem:
    """Of its category, where the code may stand for something broader, as its label tells."""
    return _SOME_THING if asset.category is None else find_category(asset.category).wikidata
