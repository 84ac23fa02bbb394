"""Mass and density: what they are, who says so, and whether they go with what the object is."""

from __future__ import annotations

from jobs.contracts.check import CheckResult
from jobs.contracts.simready import Asset, PhysicalProperty

_GRADES = {"default": 0, "category": 2, "material_table": 3, "given": 4}
_ASKED = 1
"""A model that looked at a picture."""


def check_mass(asset: Asset) -> tuple[CheckResult, ...]:
    """`mass_source`: 0 nobody knows, 1 a vision model's guess, 2 from the category, 3 from the material, 4 weighed.

    `density_in_band`: 1 if the density, with its interval, meets what the material or the category lets expect.
    """
    mass, density = asset.mass_kg, asset.density_kg_m3
    return (
        CheckResult(
            name="mass_kg", subject=asset.name, value=mass.value, unit="kg", detail=f"{mass.low:.4g} .. {mass.high:.4g}"
        ),
        CheckResult(
            name="density_kg_m3", subject=asset.name, value=density.value, unit="kg/m^3", detail=density.reference
        ),
        CheckResult(
            name="mass_source", subject=asset.name, value=_GRADES.get(mass.source, _ASKED), detail=mass.reference
        ),
        _check_band(asset),
    )


def _check_band(asset: Asset) -> CheckResult:
    density, expected = asset.density_kg_m3, asset.expected_density_kg_m3
    inside = density.low <= expected.high and density.high >= expected.low
    said = f"{_interval(density)}; expected {_interval(expected)}: {expected.reference}"
    if not inside:
        said += f". The given mass contradicts {_culprit(asset)}; one of them or the size is wrong"
    return CheckResult(name="density_in_band", subject=asset.name, value=float(inside), detail=said)


def _interval(density: PhysicalProperty) -> str:
    return f"{density.value:.4g} kg/m^3 ({density.low:.4g} .. {density.high:.4g})"


def _culprit(asset: Asset) -> str:
    """Whose density it is that the scales contradict."""
    if asset.expected_density_kg_m3.source == "category":
        return f"the category '{asset.category}'"
    if asset.expected_density_kg_m3.source == "default":
        return "every known material"
    hint = "" if asset.category else ", unless the object is hollow, which its category would say"
    return f"the material '{asset.material}'{hint}"
