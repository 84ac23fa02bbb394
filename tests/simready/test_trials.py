"""What falls, slides and tumbles, against mechanics."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import trimesh

from jobs.contracts.check import CheckResult
from jobs.contracts.manifest import ManifestRef
from jobs.contracts.simready import Asset, SimreadyRequest
from jobs.contracts.trials import FallSettings
from jobs.runtime.gate import decide
from jobs.runtime.profiles import load_profile
from jobs.simready.appearance.visual import Visual
from jobs.simready.authoring.mjcf import author_mjcf
from jobs.simready.authoring.parts import LinkParts, Parts
from jobs.simready.checks.fall import fall
from jobs.simready.checks.specimen import Plane, open_specimen
from jobs.simready.checks.trials import try_out
from jobs.simready.collision.shape import Shape
from jobs.simulation.simulator import open_simulator
from tests.simready.conftest import Finished, run_simready

REQUEST = SimreadyRequest(
    schema_version=1, profile="lab", name="thing", mesh=ManifestRef(job="reconstruction", key="0" * 64)
)
SIZE_M = (0.1, 0.06, 0.04)
BOX = trimesh.creation.box(SIZE_M)


@pytest.fixture(scope="module")
def wooden_box(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return run_simready(tmp_path_factory.mktemp("box"), trimesh.creation.box(SIZE_M), material="wood")


def test_a_box_falls_slides_and_tumbles_as_mechanics_says(wooden_box: Finished) -> None:
    assert wooden_box.check("moves_freely").value == 1
    assert wooden_box.check("slides_upright").value == 1
    assert bounded(wooden_box, "slope_coulomb", 0.02)
    assert bounded(wooden_box, "drop_rest", 0.002)
    assert bounded(wooden_box, "stability_rest", 0.002)
    assert bounded(wooden_box, "energy_gain", 1e-3)
    assert bounded(wooden_box, "energy_drift", 0.02)
    assert decide(wooden_box.manifest, load_profile("lab")).reasons == ()


def test_on_a_steep_slope_a_box_slides_as_far_as_galileo_says(wooden_box: Finished) -> None:
    """Friction of 0.5 takes half of what pulls it down; once it tumbles, nothing is exact."""
    way_m = (wooden_box.check("slope_motion").value or 0) * float(np.linalg.norm(SIZE_M))
    free_fall_m = 9.81 * np.sin(np.pi / 4) * 3.0**2 / 2
    assert 0.45 * free_fall_m < way_m < free_fall_m


def test_a_ball_rolls_so_it_says_nothing_about_friction(tmp_path: Path) -> None:
    finished = run_simready(tmp_path, trimesh.creation.icosphere(4, 0.03), material="rubber")
    assert finished.check("slides_upright").value == 0
    assert not [check for check in finished.manifest.checks if check.name == "slope_coulomb"]
    assert not any("slope_coulomb" in reason for reason in decide(finished.manifest, load_profile("demo")).reasons)


def test_a_file_with_other_friction_than_the_asset_slides_too_fast(wooden_box: Finished, tmp_path: Path) -> None:
    parts, mjcf = author(wooden_box.asset, tmp_path)
    friction = f'friction="{wooden_box.asset.dynamic_friction.value:.12g} '
    assert friction in mjcf.read_text()
    mjcf.write_text(mjcf.read_text().replace(friction, 'friction="0.02 '))
    assert value_of(run(parts, mjcf, tmp_path), "slope_coulomb") > 0.1


def test_a_thing_that_something_drives_up_gains_energy(wooden_box: Finished, tmp_path: Path) -> None:
    parts, mjcf = author(wooden_box.asset, tmp_path)
    mjcf.write_text(mjcf.read_text().replace('<body name="thing"', '<body name="thing" gravcomp="1.2"'))
    with open_specimen(parts, mjcf, open_simulator("mujoco"), 0.002, tmp_path, Plane()) as specimen:
        seen = fall(specimen, (1.0, 0.0, 0.0, 0.0), 2.0, 1.0, wooden_box.asset.mass_kg.value, FallSettings())
    assert seen.energy_gain > 0.2
    assert seen.motion > 1


def test_what_is_fixed_is_not_asked_how_it_falls(wooden_box: Finished, tmp_path: Path) -> None:
    parts, mjcf = author(wooden_box.asset.model_copy(update={"mobility": "static"}), tmp_path)
    checks = run(parts, mjcf, tmp_path)
    assert {check.name: check.value for check in checks} == {"moves_freely": 0, "slides_upright": 0, "has_joints": 0}


def author(asset: Asset, folder: Path, boxes: Sequence[trimesh.Trimesh] = (BOX,)) -> tuple[Parts, Path]:
    """An asset made of boxes, whatever its document says."""
    visual = Visual(trimesh.boolean.union(boxes, engine="manifold"), None, 0.0)
    parts = Parts(asset, (LinkParts(asset.links[0], visual, tuple(Shape("hull", box) for box in boxes)),))

    def output(kind: str, path: str) -> Path:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    return parts, author_mjcf(parts, output)


def run(parts: Parts, mjcf: Path, folder: Path) -> tuple[CheckResult, ...]:
    return try_out(parts, mjcf, open_simulator("mujoco"), REQUEST, folder / "scratch").checks


def value_of(checks: tuple[CheckResult, ...], name: str) -> float:
    (found,) = [check.value for check in checks if check.name == name]
    assert found is not None
    return found


def bounded(finished: Finished, name: str, most: float) -> bool:
    value = finished.check(name).value
    return value is not None and 0 <= value <= most
