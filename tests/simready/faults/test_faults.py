"""Every fault is found by the check that is named for it; assets without faults are let through."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import trimesh
from trimesh.visual import ColorVisuals

from jobs.contracts.simready import ColliderSettings
from jobs.runtime.profiles import known_profiles, load_profile
from jobs.simready.inspection.inspection import AssetFiles
from jobs.simready.inspection.violation import Rule
from tests.simready.conftest import Finished, RunJob, run_simready
from tests.simready.faults import document, mjcf, urdf, usd
from tests.simready.faults.fault import Fault, check, copy_asset

FAULTS: dict[str, Fault] = {**usd.FAULTS, **mjcf.FAULTS, **urdf.FAULTS, **document.FAULTS}
RIGID = {name: fault for name, fault in FAULTS.items() if not fault.jointed}


def files_of(finished: Finished) -> AssetFiles:
    return AssetFiles(finished.folder, {fmt: finished.file(f"asset/{fmt}") for fmt in ("usd", "mjcf", "urdf")})


def only(asset: AssetFiles, fault: str) -> AssetFiles:
    """With the one file that a fault is in, for speed."""
    fmt = fault.partition(":")[0]
    return replace(asset, files={key: path for key, path in asset.files.items() if fmt in (key, "json")})


@pytest.fixture(scope="session")
def rigid(tmp_path_factory: pytest.TempPathFactory) -> AssetFiles:
    """A coloured angle iron: several hulls, a texture, a centre of mass in the open."""
    flat = trimesh.creation.box(bounds=[[0, 0, 0], [0.1, 0.04, 0.01]])
    upright = trimesh.creation.box(bounds=[[0, 0, 0], [0.01, 0.04, 0.1]])
    mesh = trimesh.boolean.union([flat, upright], engine="manifold")
    mesh.visual = ColorVisuals(
        mesh, vertex_colors=np.tile(np.array([90, 90, 110, 255], np.uint8), (len(mesh.vertices), 1))
    )
    return files_of(
        run_simready(
            tmp_path_factory.mktemp("rigid"),
            mesh,
            name="angle-iron",
            material="steel",
            colliders=ColliderSettings(primitive_iou=1),
        )
    )


def test_an_asset_without_faults_violates_nothing(rigid: AssetFiles) -> None:
    assert {name: item.detail for name, item in check(rigid).items() if item.value != 0} == {}


@pytest.mark.parametrize(
    "mesh",
    [
        trimesh.creation.box((0.1, 0.06, 0.04)),
        trimesh.creation.icosphere(4, 0.05),
        trimesh.creation.cylinder(0.03, 0.1, sections=96),
        trimesh.creation.capsule(0.1, 0.03),
        trimesh.creation.torus(0.06, 0.02, major_sections=48, minor_sections=24),
    ],
    ids=["box", "sphere", "cylinder", "capsule", "torus"],
)
def test_solids_of_any_kind_violate_nothing(mesh: trimesh.Trimesh, run_job: RunJob) -> None:
    checks = run_job(mesh, material="wood").manifest.checks
    assert [item for item in checks if item.name.startswith("static_") and item.value != 0] == []


@pytest.mark.parametrize("profile", known_profiles())
def test_no_profile_admits_a_violation(profile: str, rigid: AssetFiles) -> None:
    bounds = {item.check: item.at_most for item in load_profile(profile).gates["simready"].requirements}
    assert {bounds.get(name) for name in check(rigid)} == {0}


def test_there_are_faults_for_every_rule() -> None:
    assert {fault.check for fault in FAULTS.values()} == set(get_args(Rule))
    assert len(usd.THIRTEEN) == 13
    assert usd.THIRTEEN.items() <= FAULTS.items()


@pytest.mark.parametrize("name", RIGID)
def test_a_fault_in_a_rigid_asset_is_found(name: str, rigid: AssetFiles, tmp_path: Path) -> None:
    faulty = copy_asset(rigid, tmp_path / "faulty")
    FAULTS[name].put(faulty, np.random.default_rng(7))
    found = check(only(faulty, name))[FAULTS[name].check]
    assert found.value is not None
    assert found.value > 0
