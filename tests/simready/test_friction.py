"""Pairs of materials."""

from __future__ import annotations

import pytest

from jobs.simready.errors import UnknownMaterial
from jobs.simready.physics.friction import describe_pairs, find_friction, load_pairs
from jobs.simready.physics.identity import identify
from jobs.simready.physics.materials import find_material, load_materials
from tests.simready.conftest import request_physics as request


def test_pairs_are_of_known_materials_and_none_is_there_twice() -> None:
    pairs = [tuple(sorted(pair.between)) for pair in load_pairs()]
    assert len(pairs) == len(set(pairs))
    assert {name for pair in pairs for name in pair} <= set(load_materials())


def test_friction_does_not_ask_who_lies_on_whom() -> None:
    assert find_friction("rubber", "concrete") == find_friction("concrete", "rubber") is not None
    assert find_friction("foam", "glass") is None


def test_the_table_top_decides_between_slippery_and_rough() -> None:
    on_wood = identify(request(material="steel")).material
    on_steel = identify(request(material="steel", physics={"table_top": "steel"})).material
    assert (on_wood.static_friction.value, on_steel.static_friction.value) == (0.5, 0.6)
    assert "metal on wood" in on_wood.static_friction.reference


def test_a_pair_that_no_table_has_leaves_the_materials_own_friction() -> None:
    assert identify(request(material="foam")).material == find_material("foam")


def test_a_table_top_of_nothing_known_is_refused() -> None:
    with pytest.raises(UnknownMaterial, match="No material named 'marble'"):
        identify(request(physics={"table_top": "marble"}))


def test_an_asset_carries_every_pair_of_its_material() -> None:
    pairs = {pair.against: pair for pair in describe_pairs("rubber", "material_table")}
    assert list(pairs) == ["cardboard", "concrete", "rubber", "wood"]
    assert all(pair.dynamic_friction.value <= pair.static_friction.value for pair in pairs.values())
    assert pairs["concrete"].static_friction.source == "material_table"
