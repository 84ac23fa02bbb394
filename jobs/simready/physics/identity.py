"""What an object is and is made of, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.contracts.simready import PhysicalProperty, PropertySource, SimreadyRequest
from jobs.simready.physics.categories import Category, find_category, load_categories
from jobs.simready.physics.estimate import Estimate
from jobs.simready.physics.materials import UNSPECIFIED, Material, find_material, load_materials
from jobs.simready.vision.provider import NOT_LOOKED, Answer, Look
from jobs.simready.vision.sight import UNKNOWN


@dataclass(frozen=True)
class Identity:
    """`source` is whoever named the material; without anybody it is the one called 'unspecified'.

    `widening`: of the category's bulk density, for a category that was guessed.
    """

    category: Category | None
    material: Material
    source: PropertySource
    widening: float = 1.0

    def estimate_density(self, walls_shown: bool) -> PhysicalProperty:
        """Mass over the volume of the mesh [kg/m^3], as far as it can be known without scales.

        Args:
            walls_shown: Whether the mesh of a hollow thing has its cavity. Where it has not, the material's density
                would make a full block of it, so that the category's bulk density is taken.
        """
        bulk = None if self.category is None else self.category.bulk_density_of(walls_shown)
        if bulk is not None:
            source = self.source if self.source.startswith("vision:") else "category"
            return bulk.widened(self.widening).as_property("kg/m^3", source)
        return self.material.density_kg_m3.as_property("kg/m^3", self.source)

    def expect_density(self, walls_shown: bool) -> PhysicalProperty:
        """Within which the density of a weighed object lies too, unless its mass, size or material is wrong.

        If nobody said what it is: anything that the tables hold.
        """
        likely = self.estimate_density(walls_shown)
        if self.source != "default":
            return likely
        known = [item.density_kg_m3 for item in load_materials().values()]
        known += [item.bulk_density_kg_m3 for item in load_categories().values() if item.bulk_density_kg_m3]
        bounds = {"low": min(item.low for item in known), "high": max(item.high for item in known)}
        return likely.model_copy(update={**bounds, "reference": "any material or category of the tables"})


def identify(request: SimreadyRequest, look: Look = NOT_LOOKED) -> Identity:
    """Who names the material, first: the request, its category, a model that saw a picture, nobody.

    Raises:
        UnknownMaterial, UnknownCategory: The tables do not hold what the request names.
    """
    category = None if request.category is None else find_category(request.category)
    table_top = find_material(request.physics.table_top).name
    if request.material is not None:
        return Identity(category, find_material(request.material).on(table_top), "material_table")
    if category is not None:
        return Identity(category, _blend(category, table_top), "category")
    if look.answer is not None and (seen := _as_seen(look.answer, table_top, request.vision.widening)):
        return seen
    return Identity(None, find_material(UNSPECIFIED), "default")


def _as_seen(answer: Answer, table_top: str, widening: float) -> Identity | None:
    """What a model saw; None if it knows neither material nor category."""
    sight = answer.sight
    category = None if sight.category == UNKNOWN else find_category(sight.category)
    if sight.material != UNKNOWN:
        material = find_material(sight.material).on(table_top)
    elif category is not None:
        material = _blend(category, table_top)
    else:
        return None
    return Identity(category, material.widened(widening), f"vision:{answer.model}", widening)


def _blend(category: Category, table_top: str) -> Material:
    """The category's most usual material, with intervals that span all its usual ones."""
    usual = [find_material(name).on(table_top) for name in category.materials]
    said = f"usual for '{category.name}': {', '.join(category.materials)}; value of the first: "
    return Material(
        name=usual[0].name,
        density_kg_m3=_span(said, [item.density_kg_m3 for item in usual]),
        static_friction=_span(said, [item.static_friction for item in usual]),
        dynamic_friction=_span(said, [item.dynamic_friction for item in usual]),
        restitution=_span(said, [item.restitution for item in usual]),
    )


def _span(said: str, estimates: Sequence[Estimate]) -> Estimate:
    return Estimate(
        value=estimates[0].value,
        low=min(item.low for item in estimates),
        high=max(item.high for item in estimates),
        reference=said + estimates[0].reference,
    )
