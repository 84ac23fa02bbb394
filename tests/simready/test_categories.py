"""The table of categories."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from jobs.simready.errors import UnknownCategory
from jobs.simready.physics.categories import Category, WikidataItem, find_category, load_categories
from jobs.simready.physics.materials import load_materials


def test_a_name_or_an_alias_means_one_category() -> None:
    table = load_categories()
    names = [*table, *(alias for category in table.values() for alias in category.aliases)]
    assert len(names) == len(set(names))
    assert find_category("fridge") == find_category("refrigerator")


def test_every_usual_material_is_in_the_table_of_materials() -> None:
    assert {name for category in load_categories().values() for name in category.materials} <= set(load_materials())


def test_one_wikidata_item_has_one_label() -> None:
    items = {(category.wikidata.qcode, category.wikidata.label) for category in load_categories().values()}
    assert len({qcode for qcode, _ in items}) == len(items)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("drawer", {"prismatic"}),
        ("filing_cabinet", {"prismatic"}),
        ("cabinet", {"prismatic", "revolute"}),
        ("hutch", {"prismatic", "revolute"}),
        ("armoire", {"prismatic", "revolute"}),
        ("door", {"revolute"}),
        ("fridge", {"prismatic", "revolute"}),
        ("laptop", {"revolute"}),
        ("scissors", {"revolute"}),
    ],
)
def test_what_has_moving_parts_says_how_they_move(name: str, kinds: set[str]) -> None:
    assert {joint.kind for joint in find_category(name).joints} == kinds


def test_furniture_stays_where_it_stands_and_props_do_not() -> None:
    assert {find_category(name).mobility for name in ("cabinet", "fridge", "door", "sink")} == {"static"}
    assert {find_category(name).mobility for name in ("mug", "laptop", "scissors", "chair")} == {"dynamic"}


def test_an_unknown_category_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UnknownCategory, match="Did you mean 'food_can'") as caught:
        find_category("food-can")
    assert caught.value.exit_code == 65


@pytest.mark.parametrize("inside", ["open", "closed"])
def test_what_is_not_solid_needs_a_bulk_density(inside: str) -> None:
    with pytest.raises(ValidationError, match="a bulk density goes with what is not solid"):
        Category.model_validate(
            {"name": "urn", "label": "urn", "wikidata": WikidataItem(qcode="Q1", label="urn"), "inside": inside,
             "materials": ("ceramic",)}
        )  # fmt: skip
