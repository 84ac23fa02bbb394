"""Meshes come in as metres, whatever they were written in."""

from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.errors import UnitsContradictFormat, UnitsNotStated, UnknownMeshFormat
from jobs.geometry.glb_file import vertex_colours
from jobs.geometry.mesh_file import load_mesh

LIMITS = MeshLimits()
TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 0 1\n"


@pytest.mark.parametrize("extension", ["obj", "ply", "stl"])
@pytest.mark.parametrize(("units", "metres"), [("m", 1.0), ("cm", 0.01), ("mm", 0.001), ("in", 0.0254)])
def test_units_become_metres(tmp_path: Path, extension: str, units: str, metres: float) -> None:
    path = tmp_path / f"box.{extension}"
    trimesh.creation.box((1, 2, 3)).export(path)
    loaded = load_mesh(path, units, LIMITS)
    np.testing.assert_allclose(loaded.mesh.extents, np.array([1, 2, 3]) * metres, rtol=1e-6)
    assert loaded.scale_source == "units"


@pytest.mark.parametrize("extension", ["obj", "ply", "stl"])
def test_a_format_without_units_needs_them_said(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"box.{extension}"
    trimesh.creation.box().export(path)
    with pytest.raises(UnitsNotStated, match=f"box.{extension}.*--units"):
        load_mesh(path, None, LIMITS)


def test_a_glb_is_in_metres_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "box.glb"
    trimesh.creation.box((1, 2, 3)).export(path)
    assert load_mesh(path, "m", LIMITS).scale_source == "file_format"
    with pytest.raises(UnitsContradictFormat, match=r"box\.glb.*'mm'"):
        load_mesh(path, "mm", LIMITS)


def test_a_glb_of_another_writer_comes_in_z_up(tmp_path: Path) -> None:
    path = tmp_path / "post.glb"
    trimesh.creation.box((1, 5, 2)).apply_translation((0, 2.5, 0)).export(path)
    bounds = load_mesh(path, None, LIMITS).mesh.bounds
    np.testing.assert_allclose(bounds, [[-0.5, -1, 0], [0.5, 1, 5]], atol=1e-7)


def test_parts_of_a_scene_are_placed_and_mirrored_parts_keep_facing_outward(tmp_path: Path) -> None:
    scene = trimesh.Scene()
    box = trimesh.creation.box((1, 1, 1))
    scene.add_geometry(box, transform=trimesh.transformations.translation_matrix((5, 0, 0)))
    mirror = np.diag([-1.0, 1, 1, 1])
    scene.add_geometry(box, transform=mirror @ trimesh.transformations.translation_matrix((5, 0, 0)))
    path = tmp_path / "two.glb"
    scene.export(path)
    mesh = load_mesh(path, None, LIMITS).mesh
    np.testing.assert_allclose(mesh.bounds[:, 0], [-5.5, 5.5])
    assert mesh.volume == pytest.approx(2)


def test_an_unknown_extension_is_named(tmp_path: Path) -> None:
    path = tmp_path / "chair.fbx"
    path.write_bytes(b"Kaydara")
    with pytest.raises(
        UnknownMeshFormat, match=r"chair\.fbx.*3mf, glb, gltf, obj, off, ply, stl, usd, usda, usdc, usdz"
    ):
        load_mesh(path, "m", LIMITS)


def test_a_missing_material_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "leaf.obj"
    path.write_text("mtllib gone.mtl\nusemtl green\n" + TRIANGLE + "f 1/1 2/2 3/3\n")
    loaded = load_mesh(path, "m", LIMITS)
    assert len(loaded.warnings) == 1
    assert "gone.mtl" in loaded.warnings[0]
    assert vertex_colours(loaded.mesh) is None


def test_a_missing_texture_is_a_warning_and_the_plain_colour_stays(tmp_path: Path) -> None:
    path = tmp_path / "leaf.obj"
    path.write_text("mtllib leaf.mtl\nusemtl green\n" + TRIANGLE + "f 1/1 2/2 3/3\n")
    (tmp_path / "leaf.mtl").write_text("newmtl green\nKd 0 1 0\nmap_Kd gone.png\n")
    loaded = load_mesh(path, "m", LIMITS)
    assert "gone.png" in loaded.warnings[0]
    assert vertex_colours(loaded.mesh).tolist() == [[0, 255, 0, 255]] * 3


def test_an_unreadable_texture_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "leaf.obj"
    path.write_text("mtllib leaf.mtl\nusemtl green\n" + TRIANGLE + "f 1/1 2/2 3/3\n")
    (tmp_path / "leaf.mtl").write_text("newmtl green\nKd 0 1 0\nmap_Kd torn.png\n")
    (tmp_path / "torn.png").write_bytes(b"no picture")
    assert "torn.png" in load_mesh(path, "m", LIMITS).warnings[0]


def test_a_texture_becomes_vertex_colours(tmp_path: Path) -> None:
    picture = np.zeros((4, 4, 3), np.uint8)
    picture[2:, :2], picture[2:, 2:], picture[:2, :2] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    Image.fromarray(picture).save(tmp_path / "leaf.png")
    path = tmp_path / "leaf.obj"
    path.write_text(
        "mtllib leaf.mtl\nusemtl leaf\nv 0 0 0\nv 1 0 0\nv 0 1 0\nvt .1 .1\nvt .9 .1\nvt .1 .9\nf 1/1 2/2 3/3\n"
    )
    (tmp_path / "leaf.mtl").write_text("newmtl leaf\nmap_Kd leaf.png\n")
    loaded = load_mesh(path, "m", LIMITS)
    assert loaded.warnings == ()
    assert vertex_colours(loaded.mesh)[:, :3].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]


def test_vertex_colours_of_a_ply_are_kept(tmp_path: Path) -> None:
    box = trimesh.creation.box()
    box.visual.vertex_colors = np.arange(32).reshape(8, 4).astype(np.uint8)
    box.export(tmp_path / "box.ply")
    mesh = load_mesh(tmp_path / "box.ply", "m", LIMITS).mesh
    assert vertex_colours(mesh)[:, :3].tolist() == box.visual.vertex_colors[:, :3].tolist()
