"""The table of materials."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from jobs.simready.errors import UnknownMaterial
from jobs.simready.physics.estimate import Estimate
from jobs.simready.physics.materials import UNSPECIFIED, Material, find_material, load_materials


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
def test_nothing_bounces_higher_than_it_fell(name: str) -> None:
    assert find_material(name).restitution.high < 1


def test_a_material_that_holds_harder_when_it_slides_is_refused() -> None:
    steel = find_material("steel").model_dump()
    with pytest.raises(ValidationError, match=r"dynamic friction 0\.7 exceeds static friction 0\.6"):
        Material.model_validate({**steel, "dynamic_friction": Estimate(value=0.7, low=0.6, high=0.8, reference="none")})


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
