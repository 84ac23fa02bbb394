"""Several assets in one scene: where they stand, what the files say, what is refused."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import mujoco
import numpy as np
import pytest
import trimesh
from PIL import Image
from pxr import Usd, UsdGeom, UsdPhysics, UsdUtils, UsdValidation

from jobs.contracts.manifest import ManifestRef
from jobs.runtime.errors import ArtifactMissing, InputNotAdmitted, UnknownName
from jobs.runtime.gate import decide, load_verdict
from jobs.runtime.profiles import load_profile
from jobs.simready.assembly.errors import AssetRepeated, NoRoom, PlacementOverlaps
from jobs.simready.errors import UnknownMaterial
from tests.simready.conftest import ANY_COLLIDER
from tests.simready.scenes import Scene, Workshop, make_assets

UPRIGHT = (1.0, 0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    meshes = {
        "brick": trimesh.creation.box((0.1, 0.06, 0.04)),
        "can": trimesh.creation.cylinder(0.03, 0.1, sections=48),
    }
    return make_assets(tmp_path_factory.mktemp("scenes"), meshes, material="wood", colliders=ANY_COLLIDER)


@pytest.fixture(scope="module")
def scene(workshop: Workshop) -> Scene:
    return workshop.assemble()


def placed(name: str, *position_m: float, turned: tuple[float, ...] | None = UPRIGHT) -> dict[str, object]:
    return {"name": name, "position_m": position_m, "orientation_wxyz": turned}


def test_objects_that_nobody_placed_rest_apart_on_the_table(scene: Scene) -> None:
    for name in ("demo", "lab", "production"):
        assert decide(scene.manifest, load_profile(name)).reasons == ()
    assert {item.support for item in scene.document.objects} == {"table"}
    assert max(check.value or 0 for check in scene.checks("scene_moved").values()) < 0.01
    places = [np.array(item.T_scene_object)[:2, 3] for item in scene.document.objects]
    gaps = [float(np.linalg.norm(one - other)) for i, one in enumerate(places) for other in places[:i]]
    assert min(gaps) > 0.05


def test_the_usd_can_be_moved_and_finds_every_asset(scene: Scene, tmp_path: Path) -> None:
    shutil.copytree(scene.file("scene/usd").parent, tmp_path / "moved")
    path = tmp_path / "moved" / "still-life.usda"
    assert UsdUtils.ComputeAllDependencies(str(path))[2] == []
    stage = Usd.Stage.Open(str(path))
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    assert [error.GetMessage() for error in UsdValidation.ValidationContext(validators).Validate(stage)] == []
    assert (UsdGeom.GetStageMetersPerUnit(stage), UsdGeom.GetStageUpAxis(stage)) == (1.0, "Z")
    bodies = [prim for prim in stage.Traverse() if prim.HasAPI(UsdPhysics.RigidBodyAPI)]
    masses = sorted(UsdPhysics.MassAPI(body).GetMassAttr().Get() for body in bodies)
    np.testing.assert_allclose(masses, sorted(item.mass_kg for item in scene.document.objects), rtol=1e-6)
    still = [prim for prim in stage.Traverse() if prim.HasAPI(UsdPhysics.CollisionAPI)]
    assert {prim.GetName() for prim in still} >= {"table", "floor"}
    assert [prim.GetTypeName() for prim in stage.Traverse()].count("PhysicsScene") == 1


def test_the_mjcf_can_be_moved_and_stays_at_rest(scene: Scene, tmp_path: Path) -> None:
    shutil.copytree(scene.file("scene/mjcf").parent, tmp_path / "moved")
    model = mujoco.MjModel.from_xml_path(str(tmp_path / "moved" / "still-life.xml"))
    data = mujoco.MjData(model)
    mujoco.mj_step(model, data, 500)
    assert model.nv == 6 * len(scene.document.objects)
    for item in scene.document.objects:
        expected = np.array(item.T_scene_object)[:3, 3]
        np.testing.assert_allclose(data.body(f"{item.name}/{item.name}").xpos, expected, atol=1e-3)


def test_the_picture_shows_more_than_the_table(scene: Scene) -> None:
    assert np.asarray(Image.open(scene.file("picture/overview")), float).std() > 10


def test_the_same_request_gives_the_same_bytes_and_another_seed_another_scene(
    workshop: Workshop, scene: Scene, tmp_path: Path
) -> None:
    shutil.copytree(workshop.root / "store", tmp_path / "store")
    shutil.rmtree(tmp_path / "store" / "outputs" / "assembly")
    again = dataclasses.replace(workshop, root=tmp_path).assemble()
    assert again.manifest.content_sha256() == scene.manifest.content_sha256()
    other = workshop.assemble(seed=1)
    assert other.object("can").T_scene_object_start != scene.object("can").T_scene_object_start


def test_a_given_layout_stays_where_it_was_said(workshop: Workshop) -> None:
    turned = (np.cos(0.4), 0.0, 0.0, np.sin(0.4))
    layout = {"placements": [placed("brick", 0.1, -0.05, 0.02, turned=turned), placed("can", -0.1, 0.0, 0.05)]}
    scene = workshop.assemble("brick", "can", layout=layout)
    brick = scene.object("brick")
    assert brick.placed_by == "given"
    assert brick.T_scene_object_start[0][3] == 0.1
    np.testing.assert_allclose(brick.T_scene_object, brick.T_scene_object_start, atol=1e-3)
    assert max(check.value or 0 for check in scene.checks("scene_moved").values()) < 0.01


def test_two_coordinates_put_an_object_down_as_it_rests(workshop: Workshop) -> None:
    scene = workshop.assemble("brick", "can", layout={"placements": [placed("can", 0.2, 0.1, turned=None)]})
    can = scene.object("can")
    np.testing.assert_allclose(np.array(can.T_scene_object)[:3, 3], [0.2, 0.1, 0.03], atol=1e-3)
    assert scene.object("brick").placed_by == "random"


def test_an_object_may_stand_on_another(workshop: Workshop) -> None:
    stack = {"placements": [placed("brick", 0, 0, 0.02), placed("can", 0, 0, 0.09)]}
    scene = workshop.assemble("brick", "can", layout=stack)
    assert decide(scene.manifest, load_profile("lab")).reasons == ()


def test_what_falls_off_the_table_is_not_at_rest_there(workshop: Workshop) -> None:
    layout = {"table": {"size_m": (0.4, 0.4)}, "placements": [placed("brick", 0.22, 0, 0.02), placed("can", 0, 0)]}
    verdict = decide(workshop.assemble("brick", "can", layout=layout).manifest, load_profile("demo"))
    assert any("scene_rest of still-life" in reason and "fell: brick" in reason for reason in verdict.reasons)
    assert any("scene_moved of brick" in reason for reason in verdict.reasons)


def test_what_is_left_in_the_air_moves_and_says_so(workshop: Workshop) -> None:
    scene = workshop.assemble("brick", "can", layout={"placements": [placed("brick", 0, 0, 0.2)]})
    assert (scene.checks("scene_moved")["brick"].value or 0) > 1
    assert not decide(scene.manifest, load_profile("demo")).passed


def test_two_objects_at_one_place_are_refused_with_both_names(workshop: Workshop) -> None:
    layout = {"placements": [placed("brick", 0, 0, 0.02), placed("can", 0.01, 0, 0.05)]}
    with pytest.raises(
        PlacementOverlaps, match=r"'brick' reaches .* mm into can.*'can' reaches .* into brick"
    ) as caught:
        workshop.assemble("brick", "can", layout=layout)
    assert caught.value.exit_code == 65


def test_an_object_sunk_into_the_table_is_refused(workshop: Workshop) -> None:
    with pytest.raises(PlacementOverlaps, match=r"'brick' reaches 15\.0 mm into table"):
        workshop.assemble("brick", layout={"placements": [placed("brick", 0, 0, 0.005)]})


def test_a_placement_of_an_unknown_object_is_refused(workshop: Workshop) -> None:
    with pytest.raises(UnknownName, match=r"No object in this scene named 'cam'.*Did you mean 'can'") as caught:
        workshop.assemble("brick", "can", layout={"placements": [placed("cam", 0, 0, 0)]})
    assert caught.value.exit_code == 65


def test_more_than_the_table_holds_is_refused(workshop: Workshop) -> None:
    with pytest.raises(NoRoom, match=r"found no free place on 'table' \(0.15 x 0.15 m") as caught:
        workshop.assemble(layout={"table": {"size_m": (0.15, 0.15)}})
    assert caught.value.exit_code == 65


def test_an_unknown_surface_is_refused(workshop: Workshop) -> None:
    with pytest.raises(UnknownMaterial, match="Did you mean 'wood'"):
        workshop.assemble(layout={"table": {"surface": "wod"}})


def test_one_asset_twice_is_refused(workshop: Workshop) -> None:
    with pytest.raises(AssetRepeated, match="called brick"):
        workshop.assemble("brick", "brick")


def test_an_asset_without_a_passed_verdict_is_refused(workshop: Workshop) -> None:
    assert load_verdict(workshop.store, workshop.assets["brick"], load_profile("lab")) is None
    with pytest.raises(InputNotAdmitted, match="no gate has judged it") as caught:
        workshop.assemble("brick", profile="lab")
    assert caught.value.exit_code == 65


def test_an_asset_that_is_not_there_is_named(workshop: Workshop) -> None:
    nowhere = ManifestRef(job="simready", key="f" * 64)
    with pytest.raises(ArtifactMissing, match="f" * 64):
        dataclasses.replace(workshop, assets={"brick": nowhere}).assemble()
