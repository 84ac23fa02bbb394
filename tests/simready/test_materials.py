"""The table of materials."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from jobs.simready.errors import UnknownMaterial
from jobs.simready.physics.estimate import Estimate
from jobs.simready.physics.materials import UNSPECIFIED, find_material, load_materials


@pytest.mark.parametrize("name", load_materials())
def test_every_property_has_a_reference_and_lies_within_its_interval(name: str) -> None:
    material = find_material(name)
    for estimate in (
        material.density_kg_m3,
        material.static_friction,
        material.dynamic_friction,
        material.restitution,
    ):
        assert estimate.reference
        assert estimate.low <= estimate.value <= estimate.high


@pytest.mark.parametrize("name", load_materials())
def test_what_moves_is_not_held_harder_than_what_rests(name: str) -> None:
    material = find_material(name)
    assert material.dynamic_friction.value <= material.static_friction.value
    assert material.restitution.high < 1


def test_unspecified_spans_the_densities_measured_on_everyday_objects() -> None:
    density = find_material(UNSPECIFIED).density_kg_m3
    assert density.low <= 151
    assert density.high >= 1760


def test_an_unknown_material_lists_those_that_are_known() -> None:
    with pytest.raises(UnknownMaterial, match="Known: abs_plastic, aluminium"):
        find_material("unobtainium")


def test_a_value_outside_its_interval_is_refused() -> None:
    with pytest.raises(ValidationError, match="is not within"):
        Estimate(value=2, low=0, high=1, reference="none")
