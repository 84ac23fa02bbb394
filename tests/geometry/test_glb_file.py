"""What is written as GLB comes back as it was."""

import struct
from pathlib import Path

import numpy as np
import pytest
import trimesh

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.baking import bake_colours
from jobs.geometry.errors import EmptyMesh
from jobs.geometry.glb_file import save_glb, vertex_colours
from jobs.geometry.mesh_file import load_mesh


@pytest.fixture
def coloured() -> trimesh.Trimesh:
    mesh = trimesh.creation.icosphere(subdivisions=3, radius=0.1)
    mesh.apply_translation((0.3, -0.2, 1.0))
    random = np.random.default_rng(0)
    mesh.visual.vertex_colors = random.integers(0, 256, (len(mesh.vertices), 4), np.uint8)
    return mesh


def test_vertices_faces_and_colours_come_back_byte_for_byte(tmp_path: Path, coloured: trimesh.Trimesh) -> None:
    save_glb(coloured, tmp_path / "a.glb")
    back = load_mesh(tmp_path / "a.glb", None, MeshLimits()).mesh
    assert back.vertices.astype("<f4").tobytes() == coloured.vertices.astype("<f4").tobytes()
    assert np.array_equal(back.faces, coloured.faces)
    assert np.array_equal(vertex_colours(back), vertex_colours(coloured))


def test_the_same_mesh_gives_the_same_bytes(tmp_path: Path, coloured: trimesh.Trimesh) -> None:
    save_glb(coloured, tmp_path / "a.glb")
    save_glb(load_mesh(tmp_path / "a.glb", None, MeshLimits()).mesh, tmp_path / "b.glb")
    assert (tmp_path / "a.glb").read_bytes() == (tmp_path / "b.glb").read_bytes()


def test_another_reader_sees_it_y_up(tmp_path: Path) -> None:
    save_glb(trimesh.creation.box((1, 2, 3)).apply_translation((0, 0, 1.5)), tmp_path / "a.glb")
    np.testing.assert_allclose(trimesh.load_scene(tmp_path / "a.glb").bounds, [[-0.5, 0, -1], [0.5, 3, 1]])


def test_chunks_are_aligned_and_lengths_are_true(tmp_path: Path, coloured: trimesh.Trimesh) -> None:
    save_glb(coloured, tmp_path / "a.glb")
    data = (tmp_path / "a.glb").read_bytes()
    magic, version, length, text = struct.unpack_from("<4sIII", data)
    binary = struct.unpack_from("<I", data, 20 + text)[0]
    assert (magic, version, length) == (b"glTF", 2, len(data))
    assert text % 4 == binary % 4 == 0
    assert 20 + text + 8 + binary == length


def test_every_srgb_byte_comes_back_and_is_linear_in_the_file(tmp_path: Path) -> None:
    mesh = trimesh.creation.icosphere(subdivisions=3)
    bytes_ = np.resize(np.arange(256, dtype=np.uint8), len(mesh.vertices))
    mesh.visual.vertex_colors = np.column_stack([bytes_, bytes_[::-1], 255 - bytes_, bytes_])
    save_glb(mesh, tmp_path / "a.glb")
    assert np.array_equal(
        vertex_colours(load_mesh(tmp_path / "a.glb", None, MeshLimits()).mesh), mesh.visual.vertex_colors
    )
    (stored,) = trimesh.load_scene(tmp_path / "a.glb", process=False).geometry.values()
    linear = stored.visual.vertex_attributes["color"]
    assert linear.dtype == np.uint16
    middle = linear[bytes_ == 188][0, 0] / 65535
    assert middle == pytest.approx(0.5029, abs=1e-4)  # 188 is the sRGB byte nearest to half the light


def test_linear_bytes_and_floats_of_others_become_srgb(tmp_path: Path) -> None:
    for linear in (np.full((8, 4), 128, np.uint8), np.full((8, 4), 0.5, np.float32)):
        box = trimesh.creation.box()
        box.visual = trimesh.visual.TextureVisuals(material=trimesh.visual.material.PBRMaterial())
        box.visual.vertex_attributes["color"] = linear
        colours = bake_colours(tmp_path / "other.glb", box, 1).vertices
        assert colours is not None
        assert np.abs(colours[0].astype(int) - [188, 188, 188, 128]).max() <= 1


def test_nothing_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(EmptyMesh, match=r"a\.glb"):
        save_glb(trimesh.Trimesh(np.zeros((3, 3)), np.zeros((0, 3), int), process=False), tmp_path / "a.glb")
