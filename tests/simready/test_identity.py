"""Who names the material, and which density follows."""

from __future__ import annotations

import pytest

from jobs.simready.errors import UnknownCategory, UnknownMaterial
from jobs.simready.physics.identity import identify
from tests.simready.conftest import request_physics as request


def test_the_request_wins_over_the_category() -> None:
    identity = identify(request(category="mug", material="steel"))
    assert (identity.material.name, identity.source) == ("steel", "material_table")


def test_a_category_names_its_usual_material_with_an_interval_over_all_of_them() -> None:
    identity = identify(request(category="mug"))
    density = identity.estimate_density(walls_shown=True)
    assert (identity.material.name, identity.source, density.source) == ("ceramic", "category", "category")
    assert density.low <= 2300 == density.value
    assert density.high >= 7700, "a mug may be of steel"
    assert "usual for 'mug': ceramic, glass, steel" in density.reference


def test_nobody_named_anything() -> None:
    identity = identify(request())
    assert (identity.category, identity.material.name, identity.source) == (None, "unspecified", "default")


def test_a_full_can_of_steel_is_no_block_of_steel() -> None:
    density = identify(request(category="food_can", material="steel")).estimate_density(walls_shown=False)
    assert density.source == "category"
    for measured in (383, 1045, 1093):
        assert density.low <= measured <= density.high


def test_a_mug_whose_cavity_was_not_seen_is_no_block_of_ceramic() -> None:
    mug = identify(request(category="mug", material="ceramic"))
    assert mug.estimate_density(walls_shown=True).value == 2300
    assert mug.estimate_density(walls_shown=False).value < 1000


@pytest.mark.parametrize(
    ("fields", "error"), [({"category": "mgu"}, UnknownCategory), ({"material": "stel"}, UnknownMaterial)]
)
def test_what_no_table_holds_is_named_with_what_was_meant(fields: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error, match=r"Did you mean '(mug|steel)'"):
        identify(request(**fields))
