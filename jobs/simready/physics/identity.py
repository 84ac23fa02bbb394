"""What an object is and is made of, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.contracts.simready import PhysicalProperty, PropertySource, SimreadyRequest
from jobs.simready.physics.categories import Category, find_category
from jobs.simready.physics.estimate import Estimate
from jobs.simready.physics.materials import UNSPECIFIED, Material, find_material


@dataclass(frozen=True)
class Identity:
    """`source` is whoever named the material; without anybody it is the one called 'unspecified'."""

    category: Category | None
    material: Material
    source: PropertySource

    def estimate_density(self, walls_shown: bool) -> PhysicalProperty:
        """Mass over the volume of the mesh [kg/m^3], as far as it can be known without scales.

        Args:
            walls_shown: Whether the mesh of a hollow thing has its cavity. Where it has not, the material's density
                would make a full block of it, so that the category's bulk density is taken.
        """
        bulk = None if self.category is None else self.category.bulk_density_of(walls_shown)
        if bulk is not None:
            return bulk.as_property("kg/m^3", "category")
        return self.material.density_kg_m3.as_property("kg/m^3", self.source)


def identify(request: SimreadyRequest) -> Identity:
    """Who names the material, first: the request, its category, nobody.

    Raises:
        UnknownMaterial, UnknownCategory: The tables do not hold what the request names.
    """
    category = None if request.category is None else find_category(request.category)
    if request.material is not None:
        return Identity(category, find_material(request.material), "material_table")
    if category is not None:
        return Identity(category, _blend(category), "category")
    return Identity(None, find_material(UNSPECIFIED), "default")


def _blend(category: Category) -> Material:
    """The category's most usual material, with intervals that span all its usual ones."""
    usual = [find_material(name) for name in category.materials]
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
