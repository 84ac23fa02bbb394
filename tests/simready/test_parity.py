"""Files that tell different stories are found out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from jobs.simready.checks.parity import check_parity, read_mjcf, read_urdf, read_usd
from tests.simready.conftest import Finished, run_simready


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    mesh = trimesh.creation.box((0.1, 0.06, 0.04))
    mesh.apply_translation([0.0, 0.3, 0.0])
    return run_simready(tmp_path_factory.mktemp("parity"), mesh, material="wood")


def test_all_three_files_describe_the_same_body(finished: Finished) -> None:
    readings = {
        "usd": read_usd(finished.file("asset/usd")),
        "mjcf": read_mjcf(finished.file("asset/mjcf"), "thing"),
        "urdf": read_urdf(finished.file("asset/urdf"), "thing"),
    }
    for reading in readings.values():
        assert reading.mass_kg == pytest.approx(650 * 0.1 * 0.06 * 0.04, rel=1e-5)
        np.testing.assert_allclose(reading.center_of_mass_m, [0, 0.3, 0], atol=1e-6)
        np.testing.assert_allclose(reading.extents_m, [0.1, 0.06, 0.04], rtol=1e-5)
    assert all(check.value is not None and check.value < 1e-5 for check in check_parity(finished.asset, readings))


@pytest.mark.parametrize(
    ("name", "change", "error"),
    [
        ("parity_mass", {"mass_kg": 0.156 * 1.1}, 0.1),
        ("parity_inertia", {"center_of_mass_m": np.array([0.0, 0.3, 0.01])}, 0.01 / 0.1233),
        ("parity_inertia", {"inertia_kg_m2": np.zeros((3, 3))}, 1.0),
        ("parity_extents", {"extents_m": np.array([0.1, 0.06, 0.05])}, 0.25),
    ],
)
def test_a_deviation_is_measured(finished: Finished, name: str, change: dict[str, object], error: float) -> None:
    reading = replace(read_mjcf(finished.file("asset/mjcf"), "thing"), **change)
    (check,) = [check for check in check_parity(finished.asset, {"mjcf": reading}) if check.name == name]
    assert check.value == pytest.approx(error, rel=1e-3)
