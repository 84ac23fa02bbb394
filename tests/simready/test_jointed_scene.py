"""A scene with a thing that has a drawer: free on the table, and as a fixture on the floor."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from tests.simready.conftest import ANY_COLLIDER
from tests.simready.scenes import Scene, Workshop, fix_to_floor, make_assets
from tests.simready.things import DRAWER_SLIDES, chest


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    root = tmp_path_factory.mktemp("jointed")
    return make_assets(root, {"chest": chest()}, joints=(DRAWER_SLIDES,), material="wood", colliders=ANY_COLLIDER)


def load(scene: Scene) -> mujoco.MjModel:
    return mujoco.MjModel.from_xml_path(str(scene.file("scene/mjcf")))


def test_a_drawer_stays_closed_while_its_chest_settles_and_can_be_pulled(workshop: Workshop) -> None:
    scene = workshop.assemble()
    assert scene.checks("scene_rest")["still-life"].value == 1
    assert scene.checks("scene_parity")["chest"].value == pytest.approx(0, abs=1e-5)
    assert scene.object("chest").joints["chest_slide"] == pytest.approx(0, abs=1e-3)
    model = load(scene)
    assert model.nv == 6 + 1
    assert model.joint("chest/chest_slide").type[0] == mujoco.mjtJoint.mjJNT_SLIDE


def test_a_fixture_stands_still_on_the_floor_and_keeps_its_drawer(workshop: Workshop) -> None:
    scene = fix_to_floor(workshop, "chest").assemble()
    assert scene.checks("scene_rest")["still-life"].value == 1
    chest_there = scene.object("chest")
    assert (chest_there.support, chest_there.mobility) == ("floor", "static")
    np.testing.assert_allclose(chest_there.T_scene_object, chest_there.T_scene_object_start, atol=1e-9)
    model = load(scene)
    data = mujoco.MjData(model)
    data.joint("chest/chest_slide").qvel[0] = 0.5
    mujoco.mj_step(model, data, 200)
    assert model.nv == 1
    np.testing.assert_allclose(data.body("chest/chest").xpos, np.array(chest_there.T_scene_object)[:3, 3], atol=1e-9)
    assert data.joint("chest/chest_slide").qpos[0] > 0.005
