"""Mass properties, and where they come from. Analytic solids go through the whole job in test_job.py."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from pydantic import ValidationError
from scipy.spatial.transform import Rotation

from jobs.simready.asset import as_matrix
from jobs.simready.physics.mass import compute_mass_properties, estimate_mass, is_physical, read_scales
from jobs.simready.physics.materials import find_material
from jobs.simready.physics.principal_axes import compute_principal_axes
from tests.simready.conftest import request_physics as request

STEEL_DENSITY = find_material("steel").density_kg_m3.as_property("kg/m^3", "material_table")


def test_inertia_turns_with_the_body() -> None:
    box = trimesh.creation.box((0.1, 0.06, 0.04))
    turn = Rotation.from_euler("xyz", [20, 40, 60], degrees=True).as_matrix()
    turned = box.copy()
    turned.apply_transform(np.block([[turn, np.zeros((3, 1))], [np.zeros((1, 3)), np.ones((1, 1))]]))
    before, after = (compute_mass_properties(mesh, 500.0).inertia_kg_m2 for mesh in (box, turned))
    np.testing.assert_allclose(after, turn @ before @ turn.T, atol=1e-12)


def test_inertia_about_the_centre_of_mass_does_not_depend_on_where_the_body_is() -> None:
    near, far = trimesh.creation.box((0.02, 0.01, 0.01)), trimesh.creation.box((0.02, 0.01, 0.01))
    far.apply_translation([50.0, -50.0, 50.0])
    one, other = (compute_mass_properties(mesh, 1000.0) for mesh in (near, far))
    np.testing.assert_allclose(other.inertia_kg_m2, one.inertia_kg_m2, rtol=1e-6, atol=1e-15)
    np.testing.assert_allclose(other.center_of_mass_m, [50.0, -50.0, 50.0])


def test_mass_of_a_material_inherits_the_interval_of_its_density() -> None:
    mass, density = estimate_mass(0.001, STEEL_DENSITY, None)
    expected = [density.low / 1000, density.value / 1000, density.high / 1000]
    assert [mass.low, mass.value, mass.high] == pytest.approx(expected)
    assert mass.source == density.source == "material_table"


@pytest.mark.parametrize(
    ("mass_kg", "tolerance_kg", "interval_kg"),
    [
        (0.4, 0.002, (0.398, 0.402)),
        (0.4, None, (0.396, 0.404)),
        (0.02, None, (0.0195, 0.0205)),
        (0.0004, None, (0.0002, 0.0006)),
    ],
)
def test_scales_have_an_interval_which_the_density_inherits(
    mass_kg: float, tolerance_kg: float | None, interval_kg: tuple[float, float]
) -> None:
    weighed = read_scales(request(mass_kg=mass_kg, mass_tolerance_kg=tolerance_kg))
    mass, density = estimate_mass(0.001, STEEL_DENSITY, weighed)
    assert (mass.low, mass.high) == pytest.approx(interval_kg)
    assert (density.low, density.high) == pytest.approx((interval_kg[0] / 0.001, interval_kg[1] / 0.001))
    assert (mass.source, density.source) == ("given", "computed")


def test_what_nobody_weighed_has_no_mass_from_scales() -> None:
    assert read_scales(request()) is None


@pytest.mark.parametrize(("mass_kg", "tolerance_kg"), [(None, 0.1), (0.1, 0.1), (0.1, 0.2)])
def test_a_tolerance_needs_a_mass_above_it(mass_kg: float | None, tolerance_kg: float) -> None:
    with pytest.raises(ValidationError, match="must be below mass_kg"):
        request(mass_kg=mass_kg, mass_tolerance_kg=tolerance_kg)


def test_an_inertia_that_no_body_has_is_not_physical() -> None:
    assert is_physical(np.diag([1.0, 1.0, 2.0]))
    assert not is_physical(np.diag([1.0, 1.0, 2.1]))
    assert not is_physical(np.diag([-1.0, 2.0, 2.0]))


def test_principal_axes_give_the_inertia_back() -> None:
    turn = Rotation.from_euler("xyz", [10, 20, 30], degrees=True).as_matrix()
    inertia = turn @ np.diag([1.0, 2.0, 2.5]) @ turn.T
    (a, b, c), axes_wxyz = compute_principal_axes(as_matrix(inertia))
    axes = Rotation.from_quat(axes_wxyz, scalar_first=True).as_matrix()
    assert (a, b, c) == pytest.approx((1.0, 2.0, 2.5))
    np.testing.assert_allclose(axes @ np.diag([a, b, c]) @ axes.T, inertia, atol=1e-12)
