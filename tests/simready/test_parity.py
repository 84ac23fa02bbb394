"""Files that tell different stories are found out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from jobs.simready.checks.parity import check_parity
from jobs.simready.checks.reading import Reading, read_mujoco, read_usd
from tests.simready.conftest import Finished, run_simready


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    mesh = trimesh.creation.box((0.1, 0.06, 0.04))
    mesh.apply_translation([0.0, 0.3, 0.0])
    return run_simready(tmp_path_factory.mktemp("parity"), mesh, material="wood")


def test_all_three_files_describe_the_same_body(finished: Finished) -> None:
    readings = read_all(finished)
    for reading in readings.values():
        body = reading.bodies["thing"]
        assert body.mass_kg == pytest.approx(650 * 0.1 * 0.06 * 0.04, rel=1e-5)
        np.testing.assert_allclose(body.center_of_mass_m, [0, 0.3, 0], atol=1e-6)
        np.testing.assert_allclose(reading.extents_m, [0.1, 0.06, 0.04], rtol=1e-5)
        assert not reading.joints
    assert all(check.value is not None and check.value < 1e-5 for check in check_parity(finished.asset, readings))


@pytest.mark.parametrize(
    ("name", "change", "error"),
    [
        ("parity_mass", {"mass_kg": 0.156 * 1.1}, 0.1),
        ("parity_inertia", {"center_of_mass_m": np.array([0.0, 0.3, 0.01])}, 0.01 / 0.1233),
        ("parity_inertia", {"inertia_kg_m2": np.zeros((3, 3))}, 1.0),
    ],
)
def test_a_deviation_is_measured(finished: Finished, name: str, change: dict[str, object], error: float) -> None:
    reading = read_all(finished)["mjcf"]
    changed = replace(reading, bodies={"thing": replace(reading.bodies["thing"], **change)})
    assert parity(finished, name, changed) == pytest.approx(error, rel=1e-3)


def test_another_size_is_measured(finished: Finished) -> None:
    changed = replace(read_all(finished)["mjcf"], extents_m=np.array([0.1, 0.06, 0.05]))
    assert parity(finished, "parity_extents", changed) == pytest.approx(0.25, rel=1e-3)


def test_a_file_without_the_body_is_as_wrong_as_can_be(finished: Finished) -> None:
    assert parity(finished, "parity_mass", replace(read_all(finished)["mjcf"], bodies={})) == 1


def read_all(finished: Finished) -> dict[str, Reading]:
    return {
        "usd": read_usd(finished.file("asset/usd"), finished.asset),
        "mjcf": read_mujoco(finished.file("asset/mjcf"), finished.asset),
        "urdf": read_mujoco(finished.file("asset/urdf"), finished.asset),
    }


def parity(finished: Finished, name: str, reading: Reading) -> float | None:
    return {check.name: check for check in check_parity(finished.asset, {"mjcf": reading})}[name].value
