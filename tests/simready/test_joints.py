"""Links and joints in the files, read by MuJoCo, against the thing that they are of."""

from __future__ import annotations

# usd-core and mujoco ship no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false
import shutil
from dataclasses import replace
from pathlib import Path

import mujoco
import numpy as np
import pytest
from pxr import Usd, UsdPhysics

from jobs.contracts.trials import JointSettings
from jobs.episodes.asset import read_asset
from jobs.episodes.errors import AssetNotFree
from jobs.simready.appearance.visual import Visual
from jobs.simready.authoring.parts import LinkParts, Parts
from jobs.simready.checks.joint_motion import sweep_joints
from jobs.simready.checks.parity import check_parity
from jobs.simready.checks.reading import read_usd
from jobs.simready.collision.shape import Shape
from jobs.simulation.simulator import open_simulator
from tests.simready.conftest import ANY_COLLIDER, Finished, run_simready
from tests.simready.things import DRAWER_SLIDES, LID_TURNS, box_with_lid, chest


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("chest")
    return run_simready(
        folder, chest(), name="chest", category="cabinet", colliders=ANY_COLLIDER, said=(DRAWER_SLIDES,)
    )


@pytest.fixture(scope="module")
def lid(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return run_simready(
        tmp_path_factory.mktemp("box"),
        box_with_lid(),
        name="box",
        material="wood",
        colliders=ANY_COLLIDER,
        said=(LID_TURNS,),
    )


def test_each_part_is_a_link_with_its_own_mass(drawer: Finished) -> None:
    base, child = drawer.asset.links
    assert (base.name, child.name) == ("base", "drawer")
    density = drawer.asset.density_kg_m3.value
    assert base.mass_kg == pytest.approx(density * chest()["base"].volume, rel=1e-3)
    assert child.mass_kg == pytest.approx(density * chest()["drawer"].volume, rel=1e-3)
    assert drawer.asset.mass_kg.value == pytest.approx(base.mass_kg + child.mass_kg)


@pytest.mark.parametrize("kind", ["mjcf", "urdf"])
def test_a_drawer_slides_along_its_axis_within_its_limits(drawer: Finished, kind: str) -> None:
    model = mujoco.MjModel.from_xml_path(str(drawer.file(f"asset/{kind}")))
    [joint] = np.flatnonzero(model.jnt_type == mujoco.mjtJoint.mjJNT_SLIDE)
    np.testing.assert_allclose(model.jnt_axis[joint], (0, -1, 0), atol=1e-9)
    np.testing.assert_allclose(model.jnt_range[joint], (0, 0.15))
    friction = model.dof_frictionloss[model.jnt_dofadr[joint]]
    assert friction == pytest.approx(0.1 * 9.81 * drawer.asset.links[1].mass_kg, rel=1e-6)


@pytest.mark.parametrize("kind", ["mjcf", "urdf"])
def test_a_lid_turns_about_its_hinge_and_opens_upwards(lid: Finished, kind: str) -> None:
    model = mujoco.MjModel.from_xml_path(str(lid.file(f"asset/{kind}")))
    data = mujoco.MjData(model)
    [joint] = np.flatnonzero(model.jnt_type == mujoco.mjtJoint.mjJNT_HINGE)
    data.qpos[model.jnt_qposadr[joint]] = np.pi / 2
    mujoco.mj_kinematics(model, data)
    np.testing.assert_allclose(data.xanchor[joint], (0, 0.1, 0.1), atol=1e-9)
    x, y, z = lid.asset.links[1].center_of_mass_m
    np.testing.assert_allclose(data.xipos[model.body("box_lid").id], (x, 0.1 - (0.1 - z), 0.1 + (0.1 - y)), atol=1e-6)


def test_joined_links_do_not_push_each_other(drawer: Finished) -> None:
    model = mujoco.MjModel.from_xml_path(str(drawer.file("asset/mjcf")))
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    assert model.nexclude == 1
    assert data.ncon == 0


@pytest.mark.parametrize("thing", ["drawer", "lid"])
def test_all_files_have_the_same_joints(thing: str, request: pytest.FixtureRequest) -> None:
    finished: Finished = request.getfixturevalue(thing)
    for check in ("parity_mass", "parity_inertia", "parity_extents", "parity_joints"):
        value = finished.check(check).value
        assert value is not None
        assert value < 1e-6


@pytest.mark.parametrize("change", [{"kind": "prismatic"}, {"parent": "lid"}, {"lower": -1.0}, {"upper": 2.5}])
def test_a_joint_that_differs_in_one_file_is_found_out(lid: Finished, change: dict[str, object]) -> None:
    reading = read_usd(lid.file("asset/usd"), lid.asset)
    changed = replace(reading, joints={"lid": replace(reading.joints["lid"], **change)})
    [check] = [found for found in check_parity(lid.asset, {"usd": changed}) if found.name == "parity_joints"]
    assert check.value == pytest.approx(1)


def test_episodes_are_not_recorded_of_furniture(drawer: Finished) -> None:
    with pytest.raises(AssetNotFree, match="'chest' is static and has 1 joints") as caught:
        read_asset(drawer.folder / "asset.json", drawer.file("asset/mjcf"))
    assert caught.value.exit_code == 65


def test_a_hand_moves_each_joint_through_its_range_and_no_further(drawer: Finished, lid: Finished) -> None:
    for finished in (drawer, lid):
        assert finished.check("has_joints").value == 1
        assert finished.check("joint_motion").value == pytest.approx(1, abs=0.1)
        limits = finished.check("joint_limits").value
        assert limits is not None
        assert limits < 0.05


def test_what_joints_take_from_a_tumbling_box_is_no_fault_of_it(lid: Finished) -> None:
    """Its lid swings: of the energy of free flight several percent go."""
    drift = lid.check("energy_drift")
    assert "gains only" in drift.detail
    assert drift.value is not None
    assert drift.value < 0.005


def test_a_drawer_that_is_blocked_comes_no_further(drawer: Finished, tmp_path: Path) -> None:
    shutil.copytree(drawer.folder / "mjcf", tmp_path / "mjcf")
    mjcf = tmp_path / "mjcf" / drawer.file("asset/mjcf").name
    assert 'range="0 0.15"' in mjcf.read_text()
    mjcf.write_text(mjcf.read_text().replace('range="0 0.15"', 'range="0 0.03"'))
    links = zip(drawer.asset.links, chest().values(), strict=True)
    parts = Parts(
        drawer.asset, tuple(LinkParts(link, Visual(mesh, None, 0.0), (Shape("hull", mesh),)) for link, mesh in links)
    )
    [sweep] = sweep_joints(parts, mjcf, open_simulator("mujoco"), JointSettings(), 0.002, tmp_path)
    assert sweep.travel == pytest.approx(0.2, abs=0.05)


def test_the_resistance_of_a_joint_says_that_it_is_a_rule(lid: Finished) -> None:
    [joint] = lid.asset.joints
    assert joint.resistance_source.startswith("rule, not measured: damping = moved inertia / 0.5 s")
    assert (joint.source, joint.confidence) == ("given", 1)


def test_usd_has_each_joint_where_the_asset_has_it(drawer: Finished, lid: Finished) -> None:
    """And the industry's validator finds several bodies, well joined."""
    for finished in (drawer, lid):
        [joint] = finished.asset.joints
        read = read_usd(finished.file("asset/usd"), finished.asset).joints[joint.child]
        np.testing.assert_allclose(read.pivots_m, [joint.pivot_m] * 2, atol=1e-6)
        np.testing.assert_allclose(read.axes, [joint.axis] * 2, atol=1e-6)
        assert (read.kind, read.parent) == (joint.kind, joint.parent)
        assert (read.lower, read.upper) == pytest.approx((joint.lower, joint.upper))
        assert {name: finished.check(name).value for name in ("simready_profile", "usd_validation")} == {
            "simready_profile": 1,
            "usd_validation": 0,
        }
        assert finished.check("simready_features").detail == ""


def test_usd_gives_the_damping_of_a_hinge_per_degree(lid: Finished) -> None:
    stage = Usd.Stage.Open(str(lid.file("asset/usd")))
    [joint] = lid.asset.joints
    drive = UsdPhysics.DriveAPI(stage.GetPrimAtPath(f"/box/Joints/{joint.name}"), "angular")
    assert drive.GetDampingAttr().Get() == pytest.approx(np.deg2rad(joint.damping))
    assert drive.GetStiffnessAttr().Get() == 0


def test_a_static_asset_is_fixed_to_the_world_in_usd(drawer: Finished, lid: Finished) -> None:
    for finished in (drawer, lid):
        stage = Usd.Stage.Open(str(finished.file("asset/usd")))
        fixed = stage.GetPrimAtPath(f"/{finished.asset.name}/Joints/base_to_world")
        assert fixed.IsValid() == (finished.asset.mobility == "static")
