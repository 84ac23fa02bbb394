"""Scanned everyday objects violate no rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.mesh_file import load_mesh
from tests.simready.conftest import RunJob

OBJECTS = (
    "YcbBanana",
    "YcbCrackerBox",
    "YcbFoamBrick",
    "YcbMasterChefCan",
    "YcbMustardBottle",
    "YcbPottedMeatCan",
    "YcbPowerDrill",
    "YcbScissors",
    "YcbTomatoSoupCan",
    "fuze",
    "gso_chefmate_8_frypan",
    "gso_plate",
    "gso_red_bowl",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", OBJECTS)
def test_no_scanned_object_violates_a_rule(name: str, realdata: Path, run_job: RunJob) -> None:
    mesh = load_mesh(realdata / f"groundtruth/{name}/mesh.obj", "m", MeshLimits()).mesh
    checks = run_job(mesh, name=name.lower(), material="abs_plastic").manifest.checks
    assert [item for item in checks if item.name.startswith("static_") and item.value != 0] == []
