"""Whatever is wrong with a mesh file has a name, and is found before it can hurt."""

import json
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.errors import (
    EmptyMesh,
    InvalidVertices,
    MeshFileTooLarge,
    ReferenceLeavesFolder,
    TextureTooLarge,
    TooManyFaces,
    UnreadableMesh,
)
from jobs.geometry.mesh_file import load_mesh
from jobs.runtime.errors import BadInput

LIMITS = MeshLimits(max_faces=1000)
TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
MILLIONS = 50_000_000


def write_glb(path: Path, document: dict[str, object], data: bytes = b"") -> Path:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<I4s", len(text), b"JSON") + text
    body += struct.pack("<I4s", len(data), b"BIN\0") + data if data else b""
    path.write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body)
    return path


def glb_of(accessor_count: int, nodes: list[dict[str, object]]) -> dict[str, object]:
    return {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": nodes,
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{"componentType": 5126, "type": "VEC3", "count": accessor_count}],
    }


def ply_header(faces: int, vertices: int = 3) -> str:
    return (
        f"ply\nformat ascii 1.0\nelement vertex {vertices}\nproperty float x\nproperty float y\nproperty float z\n"
        f"element face {faces}\nproperty list uchar int vertex_indices\nend_header\n"
    )


def test_fifty_million_faces_are_refused_by_the_header_of_a_ply(tmp_path: Path) -> None:
    path = tmp_path / "huge.ply"
    path.write_text(ply_header(MILLIONS))
    with pytest.raises(TooManyFaces, match=r"huge\.ply.*50,000,000"):
        load_mesh(path, "m", LIMITS)


def test_fifty_million_faces_are_refused_by_the_header_of_a_binary_stl(tmp_path: Path) -> None:
    path = tmp_path / "huge.stl"
    path.write_bytes(bytes(80) + struct.pack("<I", MILLIONS))
    with pytest.raises(TooManyFaces, match=r"huge\.stl.*50,000,000"):
        load_mesh(path, "m", LIMITS)


def test_fifty_million_faces_are_refused_by_the_header_of_a_glb(tmp_path: Path) -> None:
    path = write_glb(tmp_path / "huge.glb", glb_of(3 * MILLIONS, [{"mesh": 0}]))
    with pytest.raises(TooManyFaces, match=r"huge\.glb.*50,000,000"):
        load_mesh(path, None, LIMITS)


def test_instances_of_a_glb_count_each_time(tmp_path: Path) -> None:
    nodes: list[dict[str, object]] = [{"children": list(range(1, 102))}, *({"mesh": 0} for _ in range(101))]
    path = write_glb(tmp_path / "many.glb", glb_of(30, nodes))
    with pytest.raises(TooManyFaces, match="1,010"):
        load_mesh(path, None, LIMITS)


def test_faces_of_text_files_are_counted_before_they_are_parsed(tmp_path: Path) -> None:
    obj, stl = tmp_path / "huge.obj", tmp_path / "huge.stl"
    obj.write_text("v 0 0 0\n" + "f 1 1 1 1 1\n" * 400)
    stl.write_text("solid x\n" + "facet normal 0 0 1\n" * 1001)
    with pytest.raises(TooManyFaces, match="1,200"):
        load_mesh(obj, "m", LIMITS)
    with pytest.raises(TooManyFaces, match="1,001"):
        load_mesh(stl, "m", LIMITS)


def test_millions_of_vertices_count_as_faces(tmp_path: Path) -> None:
    path = tmp_path / "dust.ply"
    path.write_text(ply_header(1, MILLIONS))
    with pytest.raises(TooManyFaces):
        load_mesh(path, "m", LIMITS)


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "big.obj"
    path.write_text(TRIANGLE)
    with pytest.raises(MeshFileTooLarge, match=r"big\.obj"):
        load_mesh(path, "m", MeshLimits(max_file_bytes=10))


@pytest.mark.parametrize(
    ("name", "text"), [("a.obj", "v 0 0 0\n"), ("a.ply", ply_header(0) + "0 0 0\n" * 3), ("a.obj", "")]
)
def test_a_mesh_without_faces_is_empty(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(EmptyMesh, match=name):
        load_mesh(tmp_path / name, "m", LIMITS)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_coordinates_that_are_no_numbers_are_counted(tmp_path: Path, value: float) -> None:
    box = trimesh.creation.box()
    box.vertices[3, 1] = value
    box.export(tmp_path / "box.ply")
    with pytest.raises(InvalidVertices, match=r"box\.ply.* 1 vert.*number 3"):
        load_mesh(tmp_path / "box.ply", "m", LIMITS)


def test_nan_in_a_glb_is_found(tmp_path: Path) -> None:
    data = np.array([[0, 0, 0], [1, np.nan, 0], [0, 1, 0]], "<f4").tobytes()
    views = {"bufferViews": [{"buffer": 0, "byteLength": 36}], "buffers": [{"byteLength": 36}]}
    document = glb_of(3, [{"mesh": 0}]) | views
    document["accessors"] = [{"componentType": 5126, "type": "VEC3", "count": 3, "bufferView": 0}]
    with pytest.raises(InvalidVertices):
        load_mesh(write_glb(tmp_path / "nan.glb", document, data), None, LIMITS)


def test_nan_in_an_obj_is_found(tmp_path: Path) -> None:
    (tmp_path / "nan.obj").write_text("v 0 0 0\nv nan 0 0\nv 0 1 0\nf 1 2 3\n")
    with pytest.raises((InvalidVertices, UnreadableMesh), match=r"nan\.obj"):
        load_mesh(tmp_path / "nan.obj", "m", LIMITS)


@pytest.mark.parametrize("extension", ["glb", "ply", "stl", "obj"])
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.95])
def test_a_cut_off_file_is_a_typed_error_or_a_smaller_mesh(tmp_path: Path, extension: str, kept: float) -> None:
    whole = tmp_path / f"whole.{extension}"
    trimesh.creation.icosphere(subdivisions=2).export(whole)
    data = whole.read_bytes()
    path = tmp_path / f"cut.{extension}"
    path.write_bytes(data[: int(len(data) * kept)])
    if extension == "obj" and kept > 0.9:  # text without a length: what is there is a mesh
        assert len(load_mesh(path, "m", LIMITS).mesh.faces) > 0
        return
    with pytest.raises((UnreadableMesh, EmptyMesh), match="cut"):
        load_mesh(path, None if extension == "glb" else "m", LIMITS)


@pytest.mark.parametrize("extension", ["glb", "ply", "stl", "obj"])
def test_random_damage_never_escapes_as_a_foreign_error(tmp_path: Path, extension: str) -> None:
    whole = tmp_path / f"whole.{extension}"
    trimesh.creation.icosphere(subdivisions=1).export(whole)
    random = np.random.default_rng(3)
    for attempt in range(60):
        data = bytearray(whole.read_bytes())
        for at in random.integers(0, len(data), 12):
            data[at] = random.integers(0, 256)
        path = tmp_path / f"damaged{attempt}.{extension}"
        path.write_bytes(data)
        with suppress(BadInput):
            load_mesh(path, None if extension == "glb" else "m", LIMITS)


def test_a_face_that_means_no_vertex_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "wild.ply").write_text(ply_header(1) + "0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n")
    with pytest.raises(UnreadableMesh, match=r"wild\.ply"):
        load_mesh(tmp_path / "wild.ply", "m", LIMITS)


def test_something_else_with_a_mesh_extension_is_unreadable(tmp_path: Path) -> None:
    for name in ("page.glb", "page.ply"):
        (tmp_path / name).write_text("<html>not found</html>" * 10)
        with pytest.raises(UnreadableMesh, match=name):
            load_mesh(tmp_path / name, None if name.endswith("glb") else "m", LIMITS)


@pytest.mark.parametrize("reference", ["../secret.mtl", "/etc/passwd", "..\\secret.mtl", "%2e%2e/secret.mtl"])
def test_a_material_outside_the_folder_is_refused(tmp_path: Path, reference: str) -> None:
    folder = tmp_path / "upload"
    folder.mkdir()
    (tmp_path / "secret.mtl").write_text("newmtl x\nKd 1 0 0\n")
    (folder / "a.obj").write_text(f"mtllib {reference}\n" + TRIANGLE)
    with pytest.raises(ReferenceLeavesFolder, match=r"a\.obj"):
        load_mesh(folder / "a.obj", "m", LIMITS)


def test_a_texture_outside_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text("mtllib a.mtl\n" + TRIANGLE)
    (tmp_path / "a.mtl").write_text("newmtl x\nmap_Kd -s 1 1 1 ../../x.png\n")
    with pytest.raises(ReferenceLeavesFolder):
        load_mesh(tmp_path / "a.obj", "m", LIMITS)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "upload"
    folder.mkdir()
    (tmp_path / "secret.mtl").write_text("newmtl x\n")
    (folder / "inside.mtl").symlink_to(tmp_path / "secret.mtl")
    (folder / "a.obj").write_text("mtllib inside.mtl\n" + TRIANGLE)
    with pytest.raises(ReferenceLeavesFolder):
        load_mesh(folder / "a.obj", "m", LIMITS)


def test_a_buffer_outside_the_folder_is_refused_and_a_missing_one_unreadable(tmp_path: Path) -> None:
    outside = glb_of(3, [{"mesh": 0}]) | {"buffers": [{"uri": "../x.bin", "byteLength": 36}]}
    with pytest.raises(ReferenceLeavesFolder):
        load_mesh(write_glb(tmp_path / "a.glb", outside), None, LIMITS)
    missing = glb_of(3, [{"mesh": 0}]) | {"buffers": [{"uri": "x.bin", "byteLength": 36}]}
    with pytest.raises(UnreadableMesh, match=r"x\.bin"):
        load_mesh(write_glb(tmp_path / "b.glb", missing), None, LIMITS)


def test_nodes_in_a_circle_are_unreadable(tmp_path: Path) -> None:
    nodes: list[dict[str, object]] = [{"children": [1]}, {"children": [1], "mesh": 0}]
    with pytest.raises(UnreadableMesh, match="two parents"):
        load_mesh(write_glb(tmp_path / "a.glb", glb_of(3, nodes)), None, LIMITS)


def test_a_huge_texture_is_refused_by_its_header(tmp_path: Path) -> None:
    Image.new("1", (3000, 3000)).save(tmp_path / "bomb.png")
    (tmp_path / "a.obj").write_text("mtllib a.mtl\n" + TRIANGLE)
    (tmp_path / "a.mtl").write_text("newmtl x\nmap_Kd bomb.png\n")
    with pytest.raises(TextureTooLarge, match=r"bomb\.png.*9,000,000"):
        load_mesh(tmp_path / "a.obj", "m", MeshLimits(max_texture_pixels=1_000_000))
