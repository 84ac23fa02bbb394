"""Scanned everyday objects of known mass."""

from __future__ import annotations

from pathlib import Path

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.mesh_file import load_mesh
from jobs.runtime.gate import decide
from jobs.runtime.profiles import load_profile
from tests.simready.conftest import RunJob


def test_a_weighed_banana_is_fit_for_a_lab(realdata: Path, run_job: RunJob) -> None:
    mesh = load_mesh(realdata / "groundtruth/YcbBanana/mesh.obj", "m", MeshLimits()).mesh
    finished = run_job(mesh, name="banana", mass_kg=0.066, material="food")
    assert decide(finished.manifest, load_profile("lab")).reasons == ()
    assert 300 < finished.asset.density_kg_m3.value < 500
    assert (finished.folder / "usd/banana/simready_usd/textures/banana.png").is_file()
