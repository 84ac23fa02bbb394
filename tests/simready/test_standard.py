"""What the industry's validators say of our packages, and of damaged ones."""

from __future__ import annotations

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh
from pxr import Usd, UsdGeom, UsdPhysics, UsdShade
from trimesh.visual import ColorVisuals

from jobs.contracts.reconstruction import MeshLimits
from jobs.contracts.simready import ColliderSettings, StandardSettings
from jobs.geometry.mesh_file import load_mesh
from jobs.simready.authoring.parts import Parts
from jobs.simready.authoring.usdz import save_usdz
from jobs.simready.errors import ValidatorCrashed, ValidatorTimedOut
from jobs.simready.standard.conformance import check_standard, judge_findings, optional_features
from jobs.simready.standard.validation import Findings, validate_package
from tests.simready.conftest import Finished, run_simready

CHECKS = {"simready_profile": 1, "simready_features": 0, "usd_validation": 0}

COARSE = ColliderSettings(accept_iou=0.4, accept_protrusion=1)


@pytest.fixture(scope="module")
def mug(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A hollow thing with a bottom, in two colours."""
    mesh = trimesh.boolean.difference(
        [trimesh.creation.cylinder(0.04, 0.1), trimesh.creation.cylinder(0.035, 0.1).apply_translation([0, 0, 0.01])],
        engine="manifold",
    )
    colours = np.where(mesh.vertices[:, 2:] > 0, [[200, 30, 20, 255]], [[10, 160, 40, 255]]).astype(np.uint8)
    mesh.visual = ColorVisuals(mesh, vertex_colors=colours)
    return run_simready(tmp_path_factory.mktemp("mug"), mesh, name="mug", material="ceramic", colliders=COARSE)


@pytest.fixture
def package(mug: Finished, tmp_path: Path) -> Path:
    """The main file of a copy of the mug's package."""
    shutil.copytree(mug.folder / "usd", tmp_path / "usd")
    return tmp_path / mug.file("asset/usd").relative_to(mug.folder)


def test_a_coloured_mug_meets_every_requirement(mug: Finished) -> None:
    assert {name: mug.check(name).value for name in CHECKS} == CHECKS
    assert [mug.check(name).detail for name in CHECKS] == ["", "", ""]


def test_a_plain_box_meets_every_requirement(tmp_path: Path) -> None:
    box = run_simready(tmp_path, trimesh.creation.box((0.1, 0.06, 0.04)))
    assert {name: box.check(name).value for name in CHECKS} == CHECKS


@pytest.mark.slow
@pytest.mark.parametrize("name", ["YcbPowerDrill/mesh.obj", "YcbTomatoSoupCan/mesh.obj", "YcbMustardBottle/mesh.obj"])
def test_a_scanned_object_meets_every_requirement(realdata: Path, tmp_path: Path, name: str) -> None:
    mesh = load_mesh(realdata / "groundtruth" / name, "m", MeshLimits()).mesh
    finished = run_simready(tmp_path, mesh, name=Path(name).parent.name.lower())
    assert {name: finished.check(name).value for name in CHECKS} == CHECKS


def test_the_command_that_others_run_comes_to_the_same_result(mug: Finished) -> None:
    program = Path(sys.executable).with_name("simready-validate")
    options = ["--profile", "Robotics-Prop", "--version", "4.0.0"]
    done = subprocess.run(
        [program, *options, mug.file("asset/usd")], cwd=mug.folder, capture_output=True, text=True, check=True
    )
    assert "[PASSED] Robotics-Prop v4.0.0" in done.stdout


def test_every_fault_of_a_tampered_package_is_found_by_the_name_of_its_requirement(
    package: Path, mug: Finished, tmp_path: Path
) -> None:
    stage = Usd.Stage.Open(str(package))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    stage.GetDefaultPrim().RemoveAPI(UsdPhysics.MassAPI)
    stage.GetDefaultPrim().RemoveProperty("physics:mass")
    UsdGeom.Imageable(stage.GetPrimAtPath("/mug/collisions/hull_000")).GetPurposeAttr().Set("default")
    stage.GetRootLayer().customLayerData = {}
    UsdShade.Shader.Define(stage, "/mug/Looks/visual/stray").CreateIdAttr("UsdNoSuchShader")
    stage.GetRootLayer().Save()
    (package.parent / "runnables/physics/newton.usda").unlink()
    save_usdz(package, tmp_path / "mug.usdz")
    found = validate_package(package, tmp_path / "mug.usdz", StandardSettings(), tmp_path)
    profile, features, usd = judge_findings("mug", found, optional_features(articulated=False, graspable=True))
    assert {"RB.007", "UN.006", "VM.MAT.001", "SR.004"} <= _failing(found)
    assert "com.nvidia.simready.NEWTON.COL.001" in found.features["FET_003_NEWTON"].unmet
    assert profile.value == 0
    assert "RB.007: " in profile.detail
    assert features.value
    assert usd.value


def test_a_feature_that_the_profile_does_not_know_is_unmet(mug: Finished) -> None:
    profile, features, _ = judge_findings("mug", Findings({}, ()), ("FET_010_STANDARD",))
    assert (profile.value, features.value) == (0, 1)


def test_a_file_that_is_no_usd_breaks_the_validator_and_not_the_job(
    package: Path, mug: Finished, tmp_path: Path
) -> None:
    package.write_bytes(b"PXR-USDC" + bytes(200))
    with pytest.raises(ValidatorCrashed, match=r"died with .*; nothing of it counts as valid"):
        validate_package(package, mug.file("asset/usdz"), StandardSettings(), tmp_path)


def test_a_validator_that_takes_too_long_is_stopped_and_nothing_has_passed(mug: Finished, tmp_path: Path) -> None:
    main, archive, hasty = mug.file("asset/usd"), mug.file("asset/usdz"), StandardSettings(time_limit_s=0.05)
    with pytest.raises(ValidatorTimedOut, match=r"within 0\.05 s"):
        validate_package(main, archive, hasty, tmp_path)
    assert [check.value for check in check_standard(Parts(mug.asset, ()), main, archive, hasty, tmp_path)] == [None] * 3


def test_the_worker_opens_no_socket_and_writes_only_its_result(package: Path, mug: Finished, tmp_path: Path) -> None:
    order, result, seen = (tmp_path / name for name in ("order.json", "result.json", "seen.json"))
    wanted = {"main": str(package), "archive": str(mug.file("asset/usdz"))}
    order.write_text(json.dumps(wanted | StandardSettings().model_dump()))
    program = (
        "import json, sys\nseen = []\n"
        "def hook(event, args):\n"
        "    if event.startswith('socket.'): seen.append(event)\n"
        "    if event == 'open' and set(args[1] or '') & set('wax+'): seen.append(str(args[0]))\n"
        "sys.addaudithook(hook)\n"
        "from pathlib import Path\nfrom jobs.simready.standard.worker import main\n"
        f"main(Path({str(order)!r}), Path({str(result)!r}))\n"
        f"open({str(seen)!r}, 'w').write(json.dumps(seen))\n"
    )
    subprocess.run([sys.executable, "-B", "-c", program], check=True, capture_output=True)
    assert set(json.loads(seen.read_text())) <= {str(result), str(seen)}


def _failing(found: Findings) -> set[str]:
    """Codes of the requirements that keep the profile from passing, without the name of who makes them."""
    required = [feature for feature in found.features.values() if feature.required]
    return {code.removeprefix("com.nvidia.simready.") for feature in required for code in feature.unmet}
