"""What a picture on a mesh shows survives the import, however few vertices the mesh has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image
from trimesh.visual import ColorVisuals, TextureVisuals
from trimesh.visual.material import PBRMaterial, SimpleMaterial

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.colour_points import SPREAD, ColourPoints, spread_over_faces
from jobs.geometry.errors import InvalidVertices, UnreadableMesh
from jobs.geometry.mesh_file import load_mesh

CELLS, CELL_PX = 8, 16


def chequered(glb: bool) -> trimesh.Trimesh:
    """A square of 0.2 m in the file's x-y plane, two faces, with a chequered picture on it."""
    cells = np.indices((CELLS, CELLS)).sum(axis=0) % 2
    texels = np.kron(cells, np.ones((CELL_PX, CELL_PX), int))[..., None] * np.array([200, 100, 50]) + 20
    picture = Image.fromarray(texels.astype(np.uint8))
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    material = PBRMaterial(baseColorTexture=picture) if glb else SimpleMaterial(image=picture)
    visual = TextureVisuals(uv=corners[:, :2], material=material)
    return trimesh.Trimesh(0.2 * corners, [[0, 1, 2], [0, 2, 3]], visual=visual, process=False)


@pytest.mark.parametrize("suffix", ["glb", "obj"])
def test_a_picture_is_known_between_the_vertices(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"square.{suffix}"
    chequered(suffix == "glb").export(path)
    colours = load_mesh(path, None if suffix == "glb" else "m", MeshLimits()).colours
    assert colours is not None
    assert len(colours.rgb) == pytest.approx(SPREAD, rel=0.01)
    across = colours.points_m[:, [0, 2 if suffix == "glb" else 1]] / 0.2
    row, column = np.floor((1 - across[:, 1]) * CELLS), np.floor(across[:, 0] * CELLS)
    bright = (row + column) % 2 == 1
    np.testing.assert_array_equal(colours.rgb, np.where(bright[:, None], [220, 120, 70], [20, 20, 20]))


def test_a_plain_part_beside_keeps_its_colour(tmp_path: Path) -> None:
    ball = trimesh.creation.icosphere(2, 0.05).apply_translation((0, 0, 0.5))
    ball.visual = ColorVisuals(ball, vertex_colors=np.tile([255, 0, 0, 255], (len(ball.vertices), 1)))
    trimesh.Scene([chequered(True), ball]).export(tmp_path / "both.glb")
    colours = load_mesh(tmp_path / "both.glb", None, MeshLimits()).colours
    assert colours is not None
    on_ball = colours.points_m[:, 1] < -0.4
    assert on_ball.sum() > 1000
    np.testing.assert_array_equal(np.unique(colours.rgb[on_ball], axis=0), [[255, 0, 0]])


def test_a_mesh_without_a_picture_has_vertices_only(tmp_path: Path) -> None:
    trimesh.creation.box((0.1, 0.1, 0.1)).export(tmp_path / "box.glb")
    assert load_mesh(tmp_path / "box.glb", None, MeshLimits()).colours is None


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e300])
def test_corners_that_are_nowhere_are_still_refused_as_such(tmp_path: Path, wrong: float) -> None:
    mesh = chequered(False)
    mesh.vertices[1, 0] = wrong
    mesh.export(tmp_path / "square.obj")
    with pytest.raises((InvalidVertices, UnreadableMesh), match=r"square\.obj"):
        load_mesh(tmp_path / "square.obj", "m", MeshLimits())


def test_points_are_spread_by_area_and_lie_on_their_faces() -> None:
    corners = np.array([[[0, 0, 0], [3, 0, 0], [0, 3, 0]], [[9, 0, 0], [10, 0, 0], [9, 1, 0]]], float)
    face, weights = spread_over_faces(corners, 1000)
    assert np.bincount(face).tolist() == [900, 100]
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    np.testing.assert_allclose(weights[face == 0].mean(axis=0), 1 / 3, atol=0.01)


def test_they_come_back_from_their_file(tmp_path: Path) -> None:
    points = ColourPoints(np.array([[0.25, 0.5, -1.0]]), np.array([[1, 2, 3]], np.uint8))
    points.save(tmp_path / "points.npz")
    again = ColourPoints.load(tmp_path / "points.npz")
    np.testing.assert_array_equal(again.points_m, points.points_m)
    np.testing.assert_array_equal(again.rgb, points.rgb)
