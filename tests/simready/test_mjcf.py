"""The MJCF and URDF files, read by MuJoCo."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import mujoco
import numpy as np
import pytest
import trimesh
from trimesh.visual import ColorVisuals

from tests.simready.conftest import Finished, run_simready


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    mesh = trimesh.creation.cylinder(0.03, 0.1, sections=48)
    mesh.apply_translation([0.2, 0.0, 0.05])
    colours = np.tile(np.array([10, 160, 40, 255], np.uint8), (len(mesh.vertices), 1))
    mesh.visual = ColorVisuals(mesh, vertex_colors=colours)
    return run_simready(tmp_path_factory.mktemp("mjcf"), mesh, name="can", material="steel", mass_kg=0.35)


def test_mjcf_loads_by_itself_as_one_free_body_of_the_right_mass(finished: Finished) -> None:
    model = mujoco.MjModel.from_xml_path(str(finished.file("asset/mjcf")))
    assert (model.nbody, model.nv) == (2, 6)
    assert model.joint("can").type[0] == mujoco.mjtJoint.mjJNT_FREE
    assert model.body("can").mass[0] == pytest.approx(0.35)
    np.testing.assert_allclose(model.body("can").ipos, [0.2, 0, 0.05], atol=1e-6)


def test_what_is_seen_neither_collides_nor_weighs(finished: Finished) -> None:
    model = mujoco.MjModel.from_xml_path(str(finished.file("asset/mjcf")))
    visual, collider = model.geom("can_visual"), model.geom("can_cylinder_000")
    assert (visual.contype[0], visual.conaffinity[0], visual.group[0]) == (0, 0, 2)
    assert (collider.contype[0], collider.conaffinity[0], collider.group[0]) == (1, 1, 3)
    assert collider.friction[0] == pytest.approx(finished.asset.dynamic_friction.value)
    assert model.ntex == 1


def test_two_of_them_can_be_attached_to_one_scene(finished: Finished) -> None:
    scene = mujoco.MjSpec()
    for index in range(2):
        child = mujoco.MjSpec.from_file(str(finished.file("asset/mjcf")))
        scene.attach(child, frame=scene.worldbody.add_frame(pos=[index, 0, 1]), prefix=f"{index}_")
    model = scene.compile()
    assert [model.body(f"{index}_can").mass[0] for index in range(2)] == pytest.approx([0.35, 0.35])
    assert model.nv == 12


def test_urdf_is_one_link_with_the_same_inertia(finished: Finished) -> None:
    link = ElementTree.parse(finished.file("asset/urdf")).getroot().findall("link")
    assert len(link) == 1
    inertia = link[0].find("inertial/inertia")
    assert inertia is not None
    expected = np.array(finished.asset.inertia_kg_m2)
    seen = [float(inertia.attrib[key]) for key in ("ixx", "iyy", "izz", "ixy", "ixz", "iyz")]
    np.testing.assert_allclose(seen, expected[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]], rtol=1e-9, atol=1e-12)


def test_urdf_refers_to_files_that_are_there(finished: Finished) -> None:
    path = finished.file("asset/urdf")
    meshes = [mesh.attrib["filename"] for mesh in ElementTree.parse(path).getroot().iter("mesh")]
    assert meshes == ["meshes/visual.obj"]
    assert all((path.parent / mesh).is_file() for mesh in meshes)


def test_textured_obj_is_read_with_its_picture(finished: Finished) -> None:
    mesh = trimesh.load_mesh(finished.folder / "urdf/meshes/visual.obj", process=False)
    colour = mesh.visual.to_color().vertex_colors[:, :3].mean(axis=0)
    np.testing.assert_allclose(colour, [10, 160, 40], atol=2)
