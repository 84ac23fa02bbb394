"""An existing mesh goes through unchanged, in metres, with what is known about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh

from jobs.contracts.reconstruction import MeshLimits, ReconstructedMesh
from jobs.geometry.errors import EmptyMesh, InvalidVertices, TooManyFaces, UnitsNotStated
from jobs.geometry.mesh_file import load_mesh
from tests.geometry.packages import wedge_package
from tests.geometry.stages import add_mesh, new_stage
from tests.geometry.test_gltf import document
from tests.geometry.test_gltf import write as write_gltf
from tests.reconstruction.conftest import Bench
from tests.reconstruction.values import measured


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mesh"
    made.mkdir()
    return made


def test_a_glb_comes_through_byte_for_byte(bench: Bench, folder: Path) -> None:
    ball = trimesh.creation.icosphere(subdivisions=2, radius=0.05)
    ball.export(folder / "ball.glb")
    manifest = bench.run(bench.mesh(folder / "ball.glb"))
    there = load_mesh(folder / "ball.glb", None, MeshLimits()).mesh
    here = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    assert np.array_equal(there.vertices, here.vertices)
    assert np.array_equal(there.faces, here.faces)
    checks = measured(manifest)
    figures = {"mesh_closed", "mesh_components", "scale_known", "longest_extent_m"}
    assert set(checks) == figures | {"mesh_manifold", "self_intersections", "grade"}
    assert checks["mesh_closed"] == checks["mesh_components"] == checks["scale_known"] == 1
    assert checks["longest_extent_m"] == pytest.approx(0.1, rel=0.02)


def test_units_scale_and_are_said(bench: Bench, folder: Path) -> None:
    trimesh.creation.box((10, 20, 30)).export(folder / "box.stl")
    manifest = bench.run(bench.mesh(folder / "box.stl", units="mm"))
    document = ReconstructedMesh.from_json(bench.artifact(manifest, "mesh/document").read_bytes())
    assert document.scale_source == "units"
    assert document.extents_m == pytest.approx((0.01, 0.02, 0.03))
    assert document.volume_m3 == pytest.approx(6e-6)
    assert document.views_used is None


def test_an_open_mesh_is_measured_not_refused(bench: Bench, folder: Path) -> None:
    box = trimesh.creation.box()
    trimesh.Trimesh(box.vertices, box.faces[2:], process=False).export(folder / "open.ply")
    assert measured(bench.run(bench.mesh(folder / "open.ply", units="m")))["mesh_closed"] == 0


def test_a_missing_material_is_recorded(bench: Bench, folder: Path) -> None:
    (folder / "a.obj").write_text("mtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    manifest = bench.run(bench.mesh(folder / "a.obj", units="m"))
    assert "a.mtl" in manifest.provenance.warnings[0]


def test_companions_give_the_colours(bench: Bench, folder: Path) -> None:
    (folder / "a.mtl").write_text("newmtl red\nKd 1 0 0\n")
    (folder / "a.obj").write_text("mtllib a.mtl\nusemtl red\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    manifest = bench.run(bench.mesh(folder / "a.obj", units="m"))
    assert ReconstructedMesh.from_json(bench.artifact(manifest, "mesh/document").read_bytes()).has_colour
    assert manifest.provenance.warnings == ()
    assert set(manifest.provenance.sources) == {"a.mtl", "a.obj"}


def _write_usd(folder: Path) -> Path:
    part = new_stage(folder / "part.usdc")
    add_mesh(part, "/part")
    part.SetDefaultPrim(part.GetPrimAtPath("/part"))
    part.Save()
    whole = new_stage(folder / "whole.usda", 0.01)
    whole.DefinePrim("/a").GetReferences().AddReference("./part.usdc")
    whole.Save()
    return folder / "whole.usda"


@pytest.mark.parametrize(
    ("write", "up"),
    [
        (lambda folder: write_gltf(folder, document()), "y"),
        (lambda folder: wedge_package(folder / "a.3mf", attributes='unit="meter"'), "z"),
        (_write_usd, "z"),
    ],
    ids=["gltf", "3mf", "usd"],
)
def test_formats_of_several_files_and_with_their_own_units_come_through(
    bench: Bench, folder: Path, write: Callable[[Path], Path], up: str
) -> None:
    path = write(folder)
    manifest = bench.run(bench.mesh(path))
    made = ReconstructedMesh.from_json(bench.artifact(manifest, "mesh/document").read_bytes())
    assert made.scale_source == "file_format"
    metres = 0.01 if path.suffix == ".usda" else 1.0
    assert made.extents_m == pytest.approx([metres * side for side in ((1, 3, 2) if up == "y" else (1, 2, 3))])
    assert made.volume_m3 == pytest.approx(metres**3)


@pytest.mark.parametrize(
    ("text", "units", "kind"),
    [
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", None, UnitsNotStated),
        ("v 0 0 0\n", "m", EmptyMesh),
        ("v 0 0 0\nv inf 0 0\nv 0 1 0\nf 1 2 3\n", "m", InvalidVertices),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\n" + "f 1 2 3\n" * 5, "m", TooManyFaces),
    ],
)
def test_bad_meshes_commit_nothing(
    bench: Bench, folder: Path, text: str, units: str | None, kind: type[Exception]
) -> None:
    (folder / "bad.obj").write_text(text)
    with pytest.raises(kind, match=r"bad\.obj"):
        bench.run(bench.mesh(folder / "bad.obj", units=units, meshes={"max_faces": 4}))
    assert not list(bench.store.list("outputs/"))


@pytest.mark.parametrize(
    ("names", "told"), [(("Body", "Door L"), "'Door L' may move: --parts takes them apart"), (("mug", "handle"), "")]
)
def test_objects_that_sound_as_if_they_moved_are_named_and_others_are_not(
    bench: Bench, folder: Path, names: tuple[str, str], told: str
) -> None:
    scene = trimesh.Scene()
    for name in names:
        scene.add_geometry(trimesh.creation.box((0.1, 0.1, 0.1)), node_name=name)
    scene.export(folder / "thing.glb")
    manifest = bench.run(bench.mesh(folder / "thing.glb"))
    assert bool(manifest.provenance.warnings) == bool(told)
    assert told in " ".join(manifest.provenance.warnings)
    assert not manifest.of_kind("parts/document")
