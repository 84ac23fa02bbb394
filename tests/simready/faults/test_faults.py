"""Every fault is found by the check that is named for it; assets without faults are let through."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import trimesh
from trimesh.visual import ColorVisuals

from jobs.contracts.parts import JointAnnotation
from jobs.contracts.simready import ColliderSettings
from jobs.runtime.profiles import known_profiles, load_profile
from jobs.simready.inspection.inspection import AssetFiles
from jobs.simready.inspection.violation import Rule
from tests.simready.conftest import Finished, RunJob, run_simready
from tests.simready.faults import disagreement, document, mjcf, urdf, usd
from tests.simready.faults.fault import Fault, check, compare, copy_asset
from tests.simready.things import LID_TURNS, box_with_lid, plates

FAULTS: dict[str, Fault] = {**usd.FAULTS, **mjcf.FAULTS, **urdf.FAULTS, **document.FAULTS, **disagreement.FAULTS}
RIGID = {name: fault for name, fault in FAULTS.items() if not fault.jointed}


def files_of(finished: Finished) -> AssetFiles:
    return AssetFiles(finished.folder, {fmt: finished.file(f"asset/{fmt}") for fmt in ("usd", "mjcf", "urdf")})


def only(asset: AssetFiles, fault: str) -> AssetFiles:
    """With the one file that a fault is in, for speed; with one that is held against it where that is the document."""
    fmt = fault.partition(":")[0].replace("json", "mjcf")
    return replace(asset, files={fmt: asset.files[fmt]})


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


@pytest.fixture(scope="session")
def jointed(tmp_path_factory: pytest.TempPathFactory) -> AssetFiles:
    """A box with a lid that turns and a flap at its front that slides up."""
    flap = plates(((-0.1, -0.106, 0.02), (0.1, -0.101, 0.08)))
    slides = JointAnnotation(
        name="slide", parent="base", child="flap", type="prismatic", axis=(0, 0, 1), range_m=(0, 0.05)
    )
    root, parts = tmp_path_factory.mktemp("jointed"), {**box_with_lid(), "flap": flap}
    hulls = ColliderSettings(accept_iou=1e-6, accept_protrusion=1, primitive_iou=1)
    return files_of(run_simready(root, parts, name="box", material="wood", colliders=hulls, said=(LID_TURNS, slides)))


def test_an_asset_with_joints_violates_nothing(jointed: AssetFiles) -> None:
    assert {name: item.detail for name, item in check(jointed).items() if item.value != 0} == {}


@pytest.mark.parametrize(
    "name", [name if fault.jointed else pytest.param(name, marks=pytest.mark.slow) for name, fault in FAULTS.items()]
)
def test_a_fault_in_an_asset_with_joints_is_found(name: str, jointed: AssetFiles, tmp_path: Path) -> None:
    assert _finds(name, jointed, tmp_path)


def test_an_asset_without_faults_violates_nothing(rigid: AssetFiles) -> None:
    assert {name: item.detail for name, item in check(rigid).items() if item.value != 0} == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "mesh",
    [
        trimesh.creation.box((0.1, 0.06, 0.04)),
        trimesh.creation.icosphere(4, 0.05),
        trimesh.creation.cylinder(0.03, 0.1, sections=96),
        trimesh.creation.capsule(0.1, 0.03),
        trimesh.creation.cone(0.04, 0.1, sections=48),
    ],
    ids=["box", "sphere", "cylinder", "capsule", "cone"],
)
def test_solids_of_any_kind_violate_nothing(mesh: trimesh.Trimesh, run_job: RunJob) -> None:
    checks = run_job(mesh, material="wood").manifest.checks
    assert [item for item in checks if item.name.startswith("static_") and item.value != 0] == []


@pytest.mark.parametrize("profile", known_profiles())
def test_no_profile_admits_a_violation(profile: str, rigid: AssetFiles) -> None:
    assert {most_allowed(profile).get(name) for name in check(rigid)} == {0}


def test_there_are_faults_for_every_rule() -> None:
    assert {fault.check for fault in FAULTS.values()} >= set(get_args(Rule))
    assert len(usd.THIRTEEN) == 13
    assert usd.THIRTEEN.items() <= FAULTS.items()


@pytest.mark.parametrize("name", RIGID)
def test_a_fault_in_a_rigid_asset_is_found(name: str, rigid: AssetFiles, tmp_path: Path) -> None:
    assert _finds(name, rigid, tmp_path)


def _finds(name: str, asset: AssetFiles, folder: Path) -> bool:
    """Whether the most lenient profile rejects a copy of an asset with a fault for the check that is named for it."""
    fault, faulty = FAULTS[name], only(copy_asset(asset, folder / "faulty"), name)
    fault.put(faulty, np.random.default_rng(7))
    measured = compare(faulty) if fault.check.startswith("parity_") else check(faulty)
    value = measured[fault.check].value
    return value is not None and value > most_allowed("demo")[fault.check]


def most_allowed(profile: str) -> dict[str, float]:
    """Upper bounds of a profile, by check."""
    requirements = load_profile(profile).gates["simready"].requirements
    return {item.check: item.at_most for item in requirements if item.at_most is not None}


def test_nothing_counts_as_measured_without_a_document(rigid: AssetFiles, tmp_path: Path) -> None:
    faulty = copy_asset(rigid, tmp_path / "faulty")
    (faulty.root / "asset.json").unlink()
    checks = check(faulty)
    assert {name for name, item in checks.items() if item.error is None} == {"static_files"}
