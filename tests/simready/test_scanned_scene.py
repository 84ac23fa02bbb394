"""A scene as a scan saw it: two levels, and an object that became no asset."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from jobs.contracts.layout import LaidOutObject, Layout, SupportPlane, Transform
from jobs.runtime.errors import UnknownName
from jobs.runtime.gate import decide
from jobs.runtime.profiles import load_profile
from tests.simready.conftest import ANY_COLLIDER
from tests.simready.scenes import Scene, Workshop, commit_scan, make_assets

DESK = SupportPlane(name="support-1", height_m=0.0, low_m=(-0.5, -0.4), high_m=(0.5, 0.4))
SHELF = SupportPlane(name="support-2", height_m=0.4, low_m=(0.0, -0.4), high_m=(0.5, 0.4))


def standing(name: str, x_m: float, z_m: float, support: str) -> LaidOutObject:
    T: Transform = ((0, -1, 0, x_m), (1, 0, 0, 0.1), (0, 0, 1, z_m), (0, 0, 0, 1))
    return LaidOutObject(name=name, T_scene_object=T, extents_m=(0.1, 0.06, 0.04), support=support)


LAYOUT = Layout(
    schema_version=1,
    objects=(
        standing("object-1", -0.2, 0.0, "support-1"),
        standing("object-2", 0.2, 0.398, "support-2"),
        standing("object-3", 0.4, 0.0, "support-1"),
    ),
    supports=(DESK, SHELF),
)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    brick = trimesh.creation.box(bounds=[[-0.05, -0.03, 0], [0.05, 0.03, 0.04]])
    can = trimesh.creation.cylinder(0.03, 0.1, sections=48)
    can.apply_translation([0, 0, 0.05])
    meshes = {"desk-object-1": brick, "desk-object-2": can}
    return make_assets(tmp_path_factory.mktemp("scan"), meshes, material="wood", colliders=ANY_COLLIDER)


@pytest.fixture(scope="module")
def scene(workshop: Workshop) -> Scene:
    return workshop.assemble(scan=commit_scan(workshop, LAYOUT), found_in="desk")


def test_objects_stay_where_the_scan_saw_them(scene: Scene) -> None:
    assert decide(scene.manifest, load_profile("lab")).reasons == ()
    brick = scene.object("desk-object-1")
    assert (brick.placed_by, brick.support) == ("scan", "support-1")
    np.testing.assert_allclose(brick.T_scene_object, LAYOUT.objects[0].T_scene_object, atol=1e-3)


def test_an_object_that_the_scan_saw_sunk_into_its_shelf_is_lifted_onto_it(scene: Scene) -> None:
    can = scene.object("desk-object-2")
    np.testing.assert_allclose(np.array(can.T_scene_object)[:3, 3], (0.2, 0.1, 0.4), atol=1e-3)
    assert scene.checks("scene_interpenetration")["desk-object-2"].value == pytest.approx(0, abs=1e-3)


def test_supports_are_the_scans_and_a_floor_below(scene: Scene) -> None:
    assert scene.document.supports[:2] == (DESK, SHELF)
    assert scene.document.supports[2].height_m < -0.5


def test_what_the_scan_showed_and_nobody_made_is_said(scene: Scene) -> None:
    assert scene.manifest.provenance.warnings == (
        "the scan shows what has no asset, so its place is empty: desk-object-3",
    )


def test_an_asset_of_another_scan_is_refused(workshop: Workshop) -> None:
    with pytest.raises(UnknownName, match=r"object in the scan's layout named 'desk-object-1'.*kitchen-object-1"):
        workshop.assemble(scan=commit_scan(workshop, LAYOUT), found_in="kitchen")
