"""Scanned everyday objects of known mass."""

from __future__ import annotations

from pathlib import Path

import pytest
import trimesh

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.mesh_file import load_mesh
from jobs.runtime.gate import decide
from jobs.runtime.profiles import load_profile
from jobs.simready.physics.identity import identify
from tests.simready.conftest import RunJob, request_physics

WEIGHED = {
    "YcbBanana": ("banana", 0.066),
    "YcbCrackerBox": ("carton", 0.411),
    "YcbFoamBrick": ("foam_brick", 0.028),
    "YcbMasterChefCan": ("food_can", 0.414),
    "YcbMustardBottle": ("bottle", 0.603),
    "YcbPottedMeatCan": ("food_can", 0.370),
    "YcbPowerDrill": ("power_drill", 0.895),
    "YcbScissors": ("scissors", 0.082),
    "YcbTomatoSoupCan": ("food_can", 0.349),
}
"""Category, and mass [kg] as the YCB paper has it (Calli et al. 2015)."""


def test_a_weighed_banana_is_fit_for_a_lab(realdata: Path, run_job: RunJob) -> None:
    mesh = load_mesh(realdata / "groundtruth/YcbBanana/mesh.obj", "m", MeshLimits()).mesh
    finished = run_job(mesh, name="banana", mass_kg=0.066, material="food")
    assert decide(finished.manifest, load_profile("lab")).reasons == ()
    assert 300 < finished.asset.density_kg_m3.value < 500
    assert (finished.folder / "usd/banana/simready_usd/textures/banana.png").is_file()


@pytest.mark.parametrize("name", WEIGHED)
def test_a_category_expects_the_density_that_was_weighed(realdata: Path, name: str) -> None:
    category, mass_kg = WEIGHED[name]
    expected = identify(request_physics(category=category)).estimate_density(walls_shown=False)
    assert expected.low <= mass_kg / scan(realdata, name).volume <= expected.high


@pytest.mark.parametrize(
    ("name", "shown"),
    [("gso_red_bowl", True), ("gso_chefmate_8_frypan", True), ("YcbTomatoSoupCan", False), ("YcbCrackerBox", False)],
)
def test_walls_are_told_from_a_filled_outside(realdata: Path, name: str, shown: bool) -> None:
    mesh = scan(realdata, name)
    filling = mesh.volume / mesh.convex_hull.volume
    assert (filling < request_physics().physics.walls_shown_below) == shown


def scan(realdata: Path, name: str) -> trimesh.Trimesh:
    """Without its texture."""
    path = realdata / "groundtruth" / name / "mesh.obj"
    return trimesh.load_mesh(path, skip_materials=True)
