"""What files call their objects, and which faces are of which: each format by a writer that is not ours."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import trimesh

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.excerpt import take_faces
from jobs.geometry.mesh_file import LoadedMesh, load_mesh
from tests.geometry.packages import mesh_xml, model_xml, write_package
from tests.geometry.stages import add_mesh, move, new_stage

UP_BY_TWO = trimesh.transformations.translation_matrix([0, 2, 0])
"""In glTF's own axes, in which Y is up."""


@pytest.fixture
def scene() -> trimesh.Scene:
    """A cube, and one of half the size above it."""
    made = trimesh.Scene()
    made.add_geometry(trimesh.creation.box((1, 1, 1)), node_name="Body", geom_name="mesh one")
    made.add_geometry(trimesh.creation.box((0.5, 0.5, 0.5)), node_name="Lid", geom_name="mesh", transform=UP_BY_TWO)
    return made


def objects(loaded: LoadedMesh) -> dict[str, trimesh.Trimesh]:
    assert loaded.object_of_face is not None
    assert len(loaded.object_of_face) == len(loaded.mesh.faces)
    return {name: take_faces(loaded.mesh, loaded.object_of_face == at) for at, name in enumerate(loaded.names)}


@pytest.mark.parametrize("extension", ["glb", "gltf"])
def test_nodes_of_a_gltf_are_objects_where_their_transforms_put_them(
    scene: trimesh.Scene, tmp_path: Path, extension: str
) -> None:
    path = tmp_path / f"model.{extension}"
    if extension == "glb":
        scene.export(path)
    else:
        for name, data in trimesh.exchange.gltf.export_gltf(scene).items():
            (tmp_path / name).write_bytes(data)
    body, lid = objects(found := load_mesh(path, None, MeshLimits())).values()
    assert found.names == ("Body", "Lid")
    np.testing.assert_allclose(body.bounds, [[-0.5, -0.5, -0.5], [0.5, 0.5, 0.5]])
    np.testing.assert_allclose(lid.bounds, [[-0.25, -0.25, 1.75], [0.25, 0.25, 2.25]])


def test_a_node_of_several_primitives_is_one_object_and_its_faces_come_in_one_order(
    scene: trimesh.Scene, tmp_path: Path
) -> None:
    """The loader calls the primitives at random."""
    files = trimesh.exchange.gltf.export_gltf(scene)
    said = json.loads(files["model.gltf"])
    first, second = said["meshes"]
    first["primitives"] += second["primitives"]
    files["model.gltf"] = json.dumps(said).encode()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    loaded = [load_mesh(tmp_path / "model.gltf", None, MeshLimits()) for _ in range(4)]
    assert {found.names for found in loaded} == {("Body", "Lid")}
    assert [len(mesh.faces) for mesh in objects(loaded[0]).values()] == [24, 12]
    assert len({found.mesh.vertices.tobytes() for found in loaded}) == 1


@pytest.mark.parametrize("word", ["o", "g"])
def test_objects_of_an_obj_are_told_apart_when_asked_whatever_their_materials(tmp_path: Path, word: str) -> None:
    corners = "".join(f"v {x} {y} {z}\n" for x, y, z in np.ndindex(2, 2, 2))
    (tmp_path / "paint.mtl").write_text("newmtl red\nKd 1 0 0\nnewmtl blue\nKd 0 0 1\n")
    (tmp_path / "a.obj").write_text(
        f"mtllib paint.mtl\n{corners}"
        f"{word} Left door\nusemtl red\nf 1 2 3\nusemtl blue\nf 2 4 3\n{word} Body\nusemtl red\nf 5 6 7\n"
    )
    loaded = load_mesh(tmp_path / "a.obj", "m", MeshLimits(), apart=True)
    assert {name: len(mesh.faces) for name, mesh in objects(loaded).items()} == {"Body": 1, "Left door": 2}


def test_prims_of_a_usd_are_objects_called_as_their_transforms(tmp_path: Path) -> None:
    """`/thing/door/mesh`, where `door` holds nothing else, is the door; two meshes below one transform are two."""
    stage = new_stage(tmp_path / "a.usda")
    move(add_mesh(stage, "/thing/door/mesh"), 0, 0, 5)
    for name in ("top", "bottom"):
        add_mesh(stage, f"/thing/body/{name}")
    stage.Save()
    found = objects(load_mesh(tmp_path / "a.usda", None, MeshLimits()))
    assert list(found) == ["door", "top", "bottom"]
    np.testing.assert_allclose(found["door"].bounds[0], [0, 0, 5])


def test_objects_of_a_3mf_are_told_apart_each_time_they_are_built(tmp_path: Path) -> None:
    named = f'<object id="1" name="Door">{mesh_xml()}</object><object id="2">{mesh_xml()}</object>'
    build = '<item objectid="1"/><item objectid="1" transform="1 0 0 0 1 0 0 0 1 9 0 0"/><item objectid="2"/>'
    loaded = load_mesh(write_package(tmp_path / "a.3mf", model_xml(named, build)), None, MeshLimits())
    assert loaded.names == ("Door", "Door", "2")
    assert loaded.object_of_face is not None
    assert np.bincount(loaded.object_of_face).tolist() == [4, 4, 4]


def test_a_format_without_objects_has_none(tmp_path: Path) -> None:
    (tmp_path / "a.off").write_text("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n")
    assert load_mesh(tmp_path / "a.off", "m", MeshLimits()).object_of_face is None
