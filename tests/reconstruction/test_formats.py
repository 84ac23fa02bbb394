"""What was asked for is written, is the same solid with the same colours to other libraries, or nothing is."""

from __future__ import annotations

import re
import struct
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import ezdxf
import numpy as np
import pytest
import trimesh
from ezdxf import units
from numpy.typing import NDArray
from PIL import Image
from pxr import Usd, UsdGeom, UsdValidation

from jobs.contracts.reconstruction import MeshLimits, ReconstructionRequest
from jobs.geometry.glb_file import save_glb, save_textured_glb
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.formats.errors import FormatMismatch, FormatUnavailable
from jobs.reconstruction.formats.fbx import Fbx
from jobs.reconstruction.formats.shape import compare
from jobs.reconstruction.formats.step import Step
from jobs.reconstruction.formats.writer import WRITERS, MeshWriter, Original, Written, require_formats
from jobs.runtime.errors import UnknownName
from jobs.runtime.registry import resolve
from tests.geometry.stages import WEDGE
from tests.reconstruction.conftest import Bench

DEFAULT = ("gltf", "obj", "ply", "stl", "usdz", "dxf")
PATCHES = np.random.default_rng(1).integers(30, 226, (8, 3)).astype(np.uint8)
PATCH_PX = 32
COLOURS = np.array([[255, 0, 0, 255], [0, 128, 0, 255], [10, 20, 30, 255], [200, 200, 7, 255]], np.uint8)


@pytest.fixture
def original(tmp_path: Path) -> Original:
    return make_original(tmp_path, WEDGE)


def make_original(folder: Path, mesh: trimesh.Trimesh, colours: NDArray[np.uint8] = COLOURS) -> Original:
    """Ten centimetres, away from the origin."""
    mesh = mesh.copy()
    mesh.apply_scale(0.1)
    mesh.apply_translation((0.3, 0.2, 0.1))
    if len(colours) == len(mesh.vertices):
        mesh.visual.vertex_colors = colours
    save_glb(mesh, folder / "mesh.glb")
    return Original(folder / "mesh.glb", load_mesh(folder / "mesh.glb", None, MeshLimits()).mesh)


def write(name: str, original: Original, folder: Path) -> Written:
    folder.mkdir()
    writer: MeshWriter = resolve("mesh format", WRITERS, name)()
    return writer.write(original, folder)


def triangles(mesh: trimesh.Trimesh) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    return np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64)


def test_the_table_holds_every_format_that_a_request_may_ask_for() -> None:
    said = ReconstructionRequest.model_json_schema()["properties"]["formats"]["items"]["enum"]
    assert sorted(said) == sorted(WRITERS)


@pytest.mark.parametrize("name", DEFAULT)
def test_the_same_mesh_gives_the_same_bytes(original: Original, tmp_path: Path, name: str) -> None:
    first, second = (write(name, original, tmp_path / folder) for folder in ("first", "second"))
    assert first.main.read_bytes() == second.main.read_bytes()
    assert [path.name for path in first.companions] == [path.name for path in second.companions]


@pytest.mark.parametrize("name", ["gltf", "obj", "ply"])
def test_trimesh_sees_the_solid_and_its_colours(original: Original, tmp_path: Path, name: str) -> None:
    path = write(name, original, tmp_path / "out").main
    mesh = trimesh.load_scene(path, process=False).to_mesh()
    z_up = mesh.vertices @ np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]]) if name == "gltf" else mesh.vertices
    np.testing.assert_allclose(z_up, original.mesh.vertices, atol=1e-7)
    assert mesh.faces.tolist() == original.mesh.faces.tolist()
    back = load_mesh(path, None if name == "gltf" else "m", MeshLimits()).mesh
    assert back.visual.vertex_colors[:, :3].tolist() == COLOURS[:, :3].tolist()


def test_trimesh_sees_the_solid_in_an_stl(original: Original, tmp_path: Path) -> None:
    path = write("stl", original, tmp_path / "out").main
    mesh = trimesh.load_mesh(path)
    np.testing.assert_allclose(mesh.bounds, original.mesh.bounds, atol=1e-7)
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(0.001)
    np.testing.assert_allclose(stored_normals(path), original.mesh.face_normals, atol=1e-6)


def stored_normals(path: Path) -> NDArray[np.float64]:
    data = path.read_bytes()
    return np.array([struct.unpack_from("<3f", data, 84 + 50 * face) for face in range(len(WEDGE.faces))])


def test_the_usdz_is_a_valid_stage_in_metres_with_z_up(original: Original, tmp_path: Path) -> None:
    stage = Usd.Stage.Open(str(write("usdz", original, tmp_path / "out").main))
    everything = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    problems = UsdValidation.ValidationContext(everything).Validate(stage)
    assert [problem.GetMessage() for problem in problems] == []
    assert (UsdGeom.GetStageMetersPerUnit(stage), UsdGeom.GetStageUpAxis(stage)) == (1.0, "Z")
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/object/mesh"))
    np.testing.assert_array_equal(np.array(mesh.GetPointsAttr().Get()), original.mesh.vertices.astype(np.float32))
    np.testing.assert_allclose(mesh.GetDisplayColorAttr().Get()[1], [0, 0.2158605, 0], atol=1e-6)


def test_the_dxf_holds_a_coloured_face_for_every_triangle_in_metres(original: Original, tmp_path: Path) -> None:
    document = ezdxf.readfile(write("dxf", original, tmp_path / "out").main)
    assert document.units == units.M
    assert document.audit().errors == []
    faces = list(document.modelspace().query("3DFACE"))
    corners = np.array([[face.dxf.vtx0, face.dxf.vtx1, face.dxf.vtx2] for face in faces])
    np.testing.assert_allclose(corners, original.mesh.triangles, atol=1e-9)
    assert faces[0].rgb == (88, 49, 10)  # what corners 0, 2 and 1 are on average


@pytest.mark.parametrize("name", DEFAULT)
def test_a_mesh_without_colours_has_none_in_any_format(tmp_path: Path, name: str) -> None:
    plain = make_original(tmp_path, WEDGE, COLOURS[:0])
    writer: MeshWriter = resolve("mesh format", WRITERS, name)()
    path = write(name, plain, tmp_path / "out").main
    assert compare(name, triangles(plain.mesh), writer.read_back(path), writer.precision, 0.0) < 1e-7
    if name not in ("dxf", "usdz"):
        back = load_mesh(path, None if name == "gltf" else "m", MeshLimits()).mesh
        assert not back.visual.defined or name == "obj"


@pytest.fixture
def textured(original: Original, tmp_path: Path) -> Original:
    """The wedge, a patch of one colour on the picture for each of its faces."""
    faces, count = np.asarray(original.mesh.faces), len(original.mesh.faces)
    picture = np.repeat(np.repeat(PATCHES[None, :count], PATCH_PX, axis=0), PATCH_PX, axis=1)
    encoded = BytesIO()
    Image.fromarray(picture).save(encoded, "JPEG", quality=98, subsampling=0)
    corners = np.array([[0.3, 0.3], [0.7, 0.3], [0.3, 0.7]])
    uv = np.concatenate([(corners + np.array([face, 0])) / (count, 1) for face in range(count)])
    vertices = np.asarray(original.mesh.vertices)[faces.reshape(-1)]
    path = tmp_path / "textured.glb"
    save_textured_glb(path, vertices, np.arange(3 * count).reshape(-1, 3), uv, encoded.getvalue())
    return replace(original, textured_glb=path)


@pytest.mark.parametrize("name", ["gltf", "obj", "usdz"])
def test_the_picture_of_the_textured_surface_goes_along(textured: Original, tmp_path: Path, name: str) -> None:
    path = write(name, textured, tmp_path / "out").main
    writer: MeshWriter = resolve("mesh format", WRITERS, name)()
    assert compare(name, triangles(textured.mesh), writer.read_back(path), writer.precision, 0.0) < 1e-7
    uv, picture = _usd_picture(path) if name == "usdz" else _picture_by_trimesh(path)
    middles = uv.reshape(-1, 3, 2).mean(axis=1) * (picture.width, picture.height)
    seen = [picture.getpixel((int(u), int(picture.height - v))) for u, v in middles]
    np.testing.assert_allclose(seen, PATCHES[: len(seen)], atol=8)


def _picture_by_trimesh(path: Path) -> tuple[NDArray[np.float64], Image.Image]:
    mesh = trimesh.load_scene(path, process=False).to_mesh()
    material = mesh.visual.material
    picture = material.image if path.suffix == ".obj" else material.baseColorTexture
    return np.asarray(mesh.visual.uv)[mesh.faces.reshape(-1)], picture.convert("RGB")


def _usd_picture(path: Path) -> tuple[NDArray[np.float64], Image.Image]:
    stage = Usd.Stage.Open(str(path))
    everything = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    assert [found.GetMessage() for found in UsdValidation.ValidationContext(everything).Validate(stage)] == []
    mesh = stage.GetPrimAtPath("/object/mesh")
    uv = np.array(UsdGeom.PrimvarsAPI(mesh).GetPrimvar("st").Get(), np.float64)
    named = stage.GetPrimAtPath("/object/surface/picture").GetAttribute("inputs:file").Get().path
    assert named == "./mesh.jpg"
    with zipfile.ZipFile(path) as archive, archive.open("mesh.jpg") as file:
        return uv[np.array(UsdGeom.Mesh(mesh).GetFaceVertexIndicesAttr().Get())], Image.open(file).convert("RGB")


def test_an_obj_repeats_no_vertex_along_the_seams_of_its_picture(textured: Original, tmp_path: Path) -> None:
    lines = write("obj", textured, tmp_path / "out").main.read_text().splitlines()
    assert sum(line.startswith("v ") for line in lines) == len(textured.mesh.vertices)


def test_each_format_is_published_with_what_was_measured(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "mesh").mkdir()
    ball = trimesh.creation.icosphere(subdivisions=2, radius=0.05)
    ball.export(tmp_path / "mesh/ball.glb")
    manifest = bench.run(bench.mesh(tmp_path / "mesh/ball.glb", formats=list(DEFAULT)))
    checks = {check.subject: check for check in manifest.checks if check.name == "format_roundtrip"}
    assert set(checks) == set(DEFAULT)
    assert all(0 <= check.value < 1e-8 and check.unit == "m" for check in checks.values())
    assert {item.path for item in manifest.artifacts if item.path.startswith("formats/")} == {
        *(f"formats/mesh.{name}" for name in DEFAULT), "formats/mesh.bin", "formats/mesh.mtl"
    }  # fmt: skip
    assert [item.path for item in manifest.of_kind("mesh/gltf_file")] == ["formats/mesh.bin"]


def test_a_scanned_object_is_itself_in_every_format(realdata: Path, tmp_path: Path) -> None:
    scanned = load_mesh(realdata / "groundtruth/YcbBanana/mesh.obj", "m", MeshLimits()).mesh
    original = make_original(tmp_path, scanned)
    for name in DEFAULT:
        writer: MeshWriter = resolve("mesh format", WRITERS, name)()
        found = writer.read_back(write(name, original, tmp_path / name).main)
        assert compare(name, triangles(original.mesh), found, writer.precision, 0.0) < 1e-8


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (lambda points, faces: (points * 1.001, faces), "bounds"),
        (lambda points, faces: (points, faces[:-1]), "3 faces instead of 4"),
        (lambda points, faces: (points, faces[:, ::-1]), "volume"),
        (lambda points, faces: (points[:, [1, 0, 2]], faces), "bounds"),
        (lambda points, faces: (points * np.nan, faces), "bounds"),
        (lambda points, faces: (points, faces[[0, 0, 1, 1]]), "area"),
    ],
)
def test_another_solid_is_noticed(original: Original, found: object, says: str) -> None:
    points, faces = triangles(original.mesh)
    with pytest.raises(FormatMismatch, match=f"'stl'.*{says}"):
        compare("stl", (points, faces), found(points, faces), 2**-23, 0.0)


def test_an_unknown_format_is_named_with_those_that_are_known() -> None:
    with pytest.raises(
        UnknownName, match=r"No mesh format named 'x3d'. Known: dxf, fbx, gltf, obj, ply, step, stl, usdz"
    ):
        require_formats(["x3d"])


def executable(folder: Path, script: str) -> Path:
    path = folder / "blender"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo Gimp 3", "does not say that it is Blender"),
        ("echo no display >&2; exit 3", "ended with 3: no display"),
        ("sleep 600", "did not end within 0.5 s"),
    ],
)
def test_a_blender_that_does_not_work_is_told_before_anything_is_made(tmp_path: Path, script: str, says: str) -> None:
    with pytest.raises(FormatUnavailable, match=says):
        Fbx(executable(tmp_path, script), version_limit_s=0.5 if "sleep" in script else 20).require_available()


def test_a_blender_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FormatUnavailable, match="SIMFOUNDRY_BLENDER"):
        Fbx(None).require_available()
    with pytest.raises(FormatUnavailable, match="cannot be run"):
        Fbx(tmp_path / "blender").require_available()


def test_a_blender_that_writes_nothing_or_nonsense_is_told(original: Original, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(FormatUnavailable, match="wrote nothing; it ended with: done"):
        Fbx(executable(tmp_path, "echo done")).write(original, tmp_path / "out")
    nonsense = Fbx(executable(tmp_path, 'for last; do :; done; echo nonsense > "$last"'))
    with pytest.raises(FormatMismatch, match="no mesh in it"):
        nonsense.read_back(nonsense.write(original, tmp_path / "out").main)


def test_what_is_missing_fails_the_job_before_it_starts(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mesh is damaged too, which is never found out."""
    monkeypatch.setenv("SIMFOUNDRY_BLENDER", str(tmp_path / "nowhere"))
    (tmp_path / "mesh").mkdir()
    (tmp_path / "mesh/a.glb").write_bytes(b"damaged")
    with pytest.raises(FormatUnavailable, match="'fbx'"):
        bench.run(bench.mesh(tmp_path / "mesh/a.glb", formats=["fbx"]))
    assert not list(bench.store.list("outputs/"))


def test_the_users_own_blender_gives_back_the_solid(original: Original, tmp_path: Path) -> None:
    blender = Fbx()
    if blender.program is None:
        pytest.skip("no Blender here; set SIMFOUNDRY_BLENDER")
    blender.require_available()
    (tmp_path / "out").mkdir()
    path = blender.write(original, tmp_path / "out").main
    assert compare("fbx", triangles(original.mesh), blender.read_back(path), blender.precision, 0.0) < 1e-6


def test_open_cascade_gives_back_one_solid_in_millimetres(original: Original, tmp_path: Path) -> None:
    pytest.importorskip("OCP", reason="the extra reconstruction-step is not installed")
    path = write("step", original, tmp_path / "out").main
    assert compare("step", triangles(original.mesh), Step().read_back(path), 1e-6, 0.0) < 1e-9
    text = re.sub(r"\s", "", path.read_text())
    assert re.search(r"CARTESIAN_POINT\('',\(300\.\d*,200\.\d*,100\.\d*\)\)", text)
    assert "SI_UNIT(.MILLI.,.METRE.)" in text
    assert write("step", original, tmp_path / "again").main.read_bytes() == path.read_bytes()


def test_without_open_cascade_a_step_is_refused_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "OCP", None)
    with pytest.raises(FormatUnavailable, match="reconstruction-step"):
        require_formats(["stl", "step"])
