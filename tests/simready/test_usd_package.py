"""The package's variants, metadata and archive, read by pxr."""

from __future__ import annotations

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image
from pxr import Ar, Usd, UsdGeom, UsdShade
from trimesh.visual import ColorVisuals

from jobs.contracts.grasps import Grasps
from jobs.simready.authoring.usd_runtime import RUNTIMES
from jobs.simready.authoring.usdz import save_usdz
from jobs.simready.checks.reading import read_usd
from tests.simready.conftest import Finished, run_simready


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A wedge, which no primitive fits."""
    mesh = trimesh.convex.convex_hull(
        [[0, 0, 0], [0.1, 0, 0], [0, 0.06, 0], [0.1, 0.06, 0], [0, 0, 0.04], [0, 0.06, 0.04]]
    )
    red = np.tile(np.array([188, 0, 0, 255], np.uint8), (len(mesh.vertices), 1))
    mesh.visual = ColorVisuals(mesh, vertex_colors=red)
    said = {"name": "wedge", "category": "toy", "material": "wood", "licence": "CC-BY-4.0"}
    return run_simready(tmp_path_factory.mktemp("package"), mesh, **said)


@pytest.mark.parametrize("runtime", [runtime.name for runtime in RUNTIMES])
def test_a_variant_adds_what_only_its_simulator_understands(finished: Finished, runtime: str) -> None:
    stage = Usd.Stage.Open(str(finished.file("asset/usd")))
    hull, surface = (stage.GetPrimAtPath(path) for path in ("/wedge/collisions/hull_000", "/wedge/Looks/surface"))
    neutral = _schemas(hull) | _schemas(surface)
    stage.SetEditTarget(stage.GetSessionLayer())
    stage.GetDefaultPrim().GetVariantSet(runtime).SetVariantSelection("Enabled")
    added = (_schemas(hull) | _schemas(surface)) - neutral
    prefix = {"PhysX": "Physx", "Newton": "Newton", "MuJoCo": "Mjc"}[runtime]
    assert len(added) == 3
    assert all(schema.startswith(prefix) for schema in added)


def test_the_base_is_neutral(finished: Finished) -> None:
    stage = Usd.Stage.Open(str(finished.file("asset/usd")))
    selections = stage.GetDefaultPrim().GetVariantSets().GetAllVariantSelections()
    assert selections == {"PhysX": "Disabled", "Newton": "Disabled", "MuJoCo": "Disabled"}


def test_metadata_say_where_the_asset_comes_from(finished: Finished) -> None:
    stage = Usd.Stage.Open(str(finished.file("asset/usd")))
    metadata = stage.GetRootLayer().customLayerData["SimReady_Metadata"]
    assert finished.asset.sources == finished.manifest.provenance.sources
    assert {metadata["source_file"]: metadata["source_sha256"]} == finished.asset.sources
    assert metadata["mass"] == pytest.approx(finished.asset.mass_kg.value)
    assert list(metadata["asset_extents"]) == pytest.approx([0.1, 0.06, 0.04])
    assert (metadata["asset_license"], metadata["category"]) == ("CC-BY-4.0", "toy")
    assert (metadata["qcode"], metadata["qcode_label"]) == ("Q11422", "toy")


def test_faces_show_the_colour_of_their_texels_where_no_material_is(finished: Finished) -> None:
    """sRGB 188 is half as bright as 255."""
    stage = Usd.Stage.Open(str(finished.file("asset/usd")))
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/wedge/visuals/mesh"))
    colours = np.array(mesh.GetDisplayColorAttr().Get())
    assert len(colours) == len(mesh.GetFaceVertexCountsAttr().Get())
    np.testing.assert_allclose(colours, np.tile([0.5029, 0, 0], (len(colours), 1)), atol=1e-3)


def test_the_thumbnail_lies_where_browsers_of_assets_look(finished: Finished) -> None:
    main = finished.file("asset/usd")
    with Image.open(main.parent / ".thumbs/256x256/wedge.usd.png") as picture:
        assert picture.size == (256, 256)


def test_the_archive_is_the_package(finished: Finished) -> None:
    archive = finished.file("asset/usdz")
    inside, outside = (read_usd(path, finished.asset) for path in (archive, finished.file("asset/usd")))
    np.testing.assert_array_equal(inside.bodies["wedge"].inertia_kg_m2, outside.bodies["wedge"].inertia_kg_m2)
    np.testing.assert_array_equal(inside.extents_m, outside.extents_m)
    stage = Usd.Stage.Open(str(archive))
    picture = UsdShade.Shader.Get(stage, "/wedge/Looks/visual/texture").GetInput("file").Get()
    assert Ar.GetResolver().OpenAsset(Ar.ResolvedPath(picture.resolvedPath)).GetSize() > 0
    stage.SetEditTarget(stage.GetSessionLayer())
    stage.GetDefaultPrim().GetVariantSet("MuJoCo").SetVariantSelection("Enabled")
    assert "MjcCollisionAPI" in _schemas(stage.GetPrimAtPath("/wedge/collisions/hull_000"))


def test_every_file_of_an_archive_is_stored_at_a_multiple_of_64_bytes(finished: Finished) -> None:
    """The header of a file in a zip archive is 30 bytes, its name, and what bytes 28 and 29 say."""
    raw = finished.file("asset/usdz").read_bytes()
    with zipfile.ZipFile(finished.file("asset/usdz")) as archive:
        entries = archive.infolist()
    assert entries[0].filename == "wedge.usd"
    for entry in entries:
        header = raw[entry.header_offset :]
        extra_bytes = int.from_bytes(header[28:30], "little")
        assert (entry.header_offset + 30 + len(entry.filename) + extra_bytes) % 64 == 0
        assert entry.compress_type == zipfile.ZIP_STORED


def test_an_archive_does_not_know_when_it_was_made(tmp_path: Path) -> None:
    main = tmp_path / "package/a.usd"
    main.parent.mkdir()
    main.write_bytes(b"something")
    save_usdz(main, tmp_path / "one.usdz")
    os.utime(main, (0, 1_000_000_000))
    save_usdz(main, tmp_path / "other.usdz")
    assert (tmp_path / "one.usdz").read_bytes() == (tmp_path / "other.usdz").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.usdz") as archive:
        assert archive.read("a.usd") == b"something"


def test_each_grasp_is_a_line_from_finger_to_finger(finished: Finished) -> None:
    grasps = Grasps.from_json(finished.file("asset/grasps").read_bytes()).grasps
    stage = Usd.Stage.Open(str(finished.file("asset/usd")))
    lines = [UsdGeom.BasisCurves(prim) for prim in stage.GetPrimAtPath("/wedge/Grasps").GetChildren()]
    assert len(lines) == len(grasps) > 0
    for line, grasp in zip(lines, grasps, strict=True):
        assert line.GetPrim().GetName().startswith("grasp_identifier")
        assert line.GetPurposeAttr().Get() == UsdGeom.Tokens.guide
        np.testing.assert_allclose(line.GetPointsAttr().Get(), grasp.contacts_m, atol=1e-6)
        said = line.GetPrim().GetCustomData()
        assert said.get("held") == grasp.held
        np.testing.assert_allclose(np.array(said["T_object_grasp"]).T, grasp.T_object_grasp)


def test_levels_of_detail_are_variants_and_the_finest_is_there_by_itself(tmp_path: Path) -> None:
    finished = run_simready(tmp_path, trimesh.creation.icosphere(5, 0.05), name="ball")
    stage = Usd.Stage.Open(str(finished.file("asset/usd")))
    mesh, levels = UsdGeom.Mesh(stage.GetPrimAtPath("/ball/visuals/mesh")), stage.GetPrimAtPath("/ball/visuals")
    stage.SetEditTarget(stage.GetSessionLayer())
    finest = len(mesh.GetFaceVertexCountsAttr().Get())
    faces = []
    for name in levels.GetVariantSet("LOD").GetVariantNames():
        levels.GetVariantSet("LOD").SetVariantSelection(name)
        faces.append(len(UsdGeom.Mesh(stage.GetPrimAtPath("/ball/visuals/mesh")).GetFaceVertexCountsAttr().Get()))
    assert len(faces) > 1
    assert faces == sorted(faces, reverse=True)
    assert faces[0] == finest
    names = ("simready_profile", "simready_features", "usd_validation")
    assert [finished.check(name).value for name in names] == [1, 0, 0]


def _schemas(prim: Usd.Prim) -> set[str]:
    """Those that were applied, whether this installation of OpenUSD knows them or not."""
    return set(prim.GetPrimTypeInfo().GetAppliedAPISchemas())
