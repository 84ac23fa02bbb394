"""Colours of USD stages: display colours, materials, and pictures, at the points and between them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pxr import Sdf, UsdGeom

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.errors import TextureTooLarge
from jobs.geometry.mesh_file import load_mesh
from tests.geometry.stages import add_mesh, move, new_stage, paint, read

RED, GREEN, BLUE = (1, 0, 0), (0, 1, 0), (0, 0, 1)


def test_display_colours_of_every_interpolation_become_srgb_vertex_colours(tmp_path: Path) -> None:
    seen = {}
    for interpolation, values in {
        "constant": [(0.5, 0, 1)],
        "vertex": [RED, GREEN, BLUE, RED],
        "uniform": [RED] * 4,
        "faceVarying": [GREEN] * 12,
    }.items():
        path = tmp_path / f"{interpolation}.usda"
        stage = new_stage(path)
        add_mesh(stage, "/wedge").CreateDisplayColorPrimvar(interpolation).Set(values)
        stage.Save()
        seen[interpolation] = read(path).colours[:, :3].tolist()
    assert seen == {
        "constant": [[188, 0, 255]] * 4,
        "vertex": [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 0, 0]],
        "uniform": [[255, 0, 0]] * 4,
        "faceVarying": [[0, 255, 0]] * 4,
    }


def test_a_texture_and_the_materials_of_subsets_become_vertex_colours(tmp_path: Path) -> None:
    texels = np.array([[RED, GREEN], [BLUE, (1, 1, 1)]], np.uint8) * 255
    Image.fromarray(texels).save(tmp_path / "colours.png")
    path = tmp_path / "wedge.usda"
    stage = new_stage(path)
    wedge = add_mesh(stage, "/textured")
    uv = UsdGeom.PrimvarsAPI(wedge).CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, "vertex")
    uv.Set([(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)])
    paint(stage, wedge.GetPrim(), "/looks/texture", texture="./colours.png")
    two = add_mesh(stage, "/two")
    for index in (0, 1, 2, 3):
        subset = UsdGeom.Subset.CreateGeomSubset(two, f"face_{index}", "face", [index], "materialBind")
        paint(stage, subset.GetPrim(), f"/looks/face_{index}", colour=GREEN)
    stage.Save()
    colours = read(path).colours[:, :3].tolist()
    assert colours[:4] == [[0, 0, 255], [255, 255, 255], [255, 0, 0], [0, 255, 0]]
    assert colours[4:] == [[0, 255, 0]] * 4


def test_a_texture_is_known_between_the_points_of_each_mesh_that_has_one(tmp_path: Path) -> None:
    texels = np.repeat(np.array([[RED, GREEN, BLUE, RED]], np.uint8) * 255, 4, axis=0)
    Image.fromarray(texels).save(tmp_path / "stripes.png")
    path = tmp_path / "stripes.usda"
    stage = new_stage(path, up="Y")
    quad = {"points": [(0, 0, 0), (4, 0, 0), (4, 1, 0), (0, 1, 0)], "faceVertexIndices": [0, 1, 2, 3]}
    for name in ("striped", "mirrored"):
        striped = add_mesh(stage, f"/{name}", **quad, faceVertexCounts=[4])
        uv = UsdGeom.PrimvarsAPI(striped).CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, "faceVarying")
        uv.Set([(0, 0), (1, 0), (1, 1), (0, 1)])
        paint(stage, striped.GetPrim(), "/looks/stripes", texture="./stripes.png")
    UsdGeom.Xformable(striped).AddScaleOp().Set((-1, 1, 1))
    plain = add_mesh(stage, "/plain", **quad, faceVertexCounts=[4])
    plain.CreateDisplayColorPrimvar("constant").Set([GREEN])
    move(plain, 0, 0, 5)
    stage.Save()
    colours = load_mesh(path, None, MeshLimits()).colours
    assert colours is not None
    along, on_plain = colours.points_m[:, 0], colours.points_m[:, 1] < -4
    expected = np.array([RED, GREEN, BLUE, RED])[np.floor(np.abs(along)).astype(int)] * 255
    expected[on_plain] = np.array(GREEN) * 255
    assert np.count_nonzero(along[~on_plain] < 0) == pytest.approx(np.count_nonzero(on_plain), rel=0.01)
    np.testing.assert_array_equal(colours.rgb, expected)


def test_a_missing_texture_is_a_warning_and_a_huge_one_an_error(tmp_path: Path) -> None:
    Image.new("1", (3000, 3000)).save(tmp_path / "bomb.png")
    for texture in ("gone.png", "bomb.png"):
        stage = new_stage(tmp_path / f"{texture}.usda")
        wedge = add_mesh(stage, "/wedge")
        paint(stage, wedge.GetPrim(), "/look", texture=texture)
        stage.Save()
    assert "gone.png" in read(tmp_path / "gone.png.usda").warnings[0]
    with pytest.raises(TextureTooLarge, match=r"bomb\.png.*9,000,000"):
        read(tmp_path / "bomb.png.usda", MeshLimits(max_texture_pixels=1_000_000))
