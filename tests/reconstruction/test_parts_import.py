"""A thing that comes as parts, or as one file of them: each part, the whole, and what was said of the joints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from jobs.contracts.parts import PartsDocument
from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.mesh_file import load_mesh
from jobs.reconstruction.errors import JointsUnusable, PartsMisnamed
from jobs.runtime import paths
from tests.geometry.packages import mesh_xml, model_xml, write_package
from tests.geometry.stages import add_mesh, new_stage
from tests.reconstruction.conftest import Bench
from tests.simready.things import chest

SLIDE: dict[str, Any] = {
    "name": "slide", "parent": "base", "child": "drawer", "type": "prismatic", "axis": [0, -2, 0], "range_m": [0, 0.1]
}  # fmt: skip
Y_UP = trimesh.transformations.rotation_matrix(-np.pi / 2, [1, 0, 0])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A box of 100 mm, and one of 50 mm beside it."""
    made = tmp_path / "chest"
    made.mkdir()
    trimesh.creation.box((100, 100, 100)).export(made / "base.stl")
    trimesh.creation.box((50, 50, 50), transform=trimesh.transformations.translation_matrix([0, -75, 0])).export(
        made / "drawer.stl"
    )
    return made


def test_parts_stay_where_they_were_in_metres_and_the_whole_is_all_of_them(bench: Bench, folder: Path) -> None:
    manifest = bench.run(bench.parts(folder, units="mm"))
    document = PartsDocument.from_json(bench.artifact(manifest, "parts/document").read_bytes())
    assert [part.name for part in document.parts] == ["base", "drawer"]
    assert document.joints is None
    [_, drawer] = manifest.of_kind("mesh/part_glb")
    part = load_mesh(Path(bench.store.uri) / paths.artifact(manifest, drawer), None, MeshLimits()).mesh
    np.testing.assert_allclose(part.bounds, [[-0.025, -0.1, -0.025], [0.025, -0.05, 0.025]], atol=1e-7)
    whole = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    np.testing.assert_allclose(whole.bounds, [[-0.05, -0.1, -0.05], [0.05, 0.05, 0.05]], atol=1e-7)
    subjects = {check.subject for check in manifest.checks if check.name == "mesh_closed"}
    assert subjects == {"thing", "thing/base", "thing/drawer"}


def test_what_was_said_of_the_joints_goes_with_them(bench: Bench, folder: Path) -> None:
    (folder / "joints.json").write_text(json.dumps({"joints": [SLIDE]}))
    manifest = bench.run(bench.parts(folder, units="mm"))
    document = PartsDocument.from_json(bench.artifact(manifest, "parts/document").read_bytes())
    assert document.joints is not None
    assert document.joints.base == "base"
    assert document.joints.joints[0].limits == (0, 0.1)


@pytest.mark.parametrize(
    ("joints", "problem"),
    [
        ([SLIDE | {"child": "door"}], "its child 'door' is no part; the parts are base, drawer"),
        ([SLIDE | {"range_m": [0.1, 0]}], r"its range \[0.1, 0.0\] does not ascend"),
        ([SLIDE | {"range_m": [0.1, 0.2]}], "does not hold 0"),
        ([SLIDE | {"axis": [0, 0, 0]}], "its axis has no length"),
        ([SLIDE, SLIDE | {"name": "again"}], "part 'drawer' is the child of several joints"),
        ([SLIDE, SLIDE | {"name": "back", "parent": "drawer", "child": "base"}], "part 'base' hangs on itself"),
        ([SLIDE | {"child": "base"}], "part 'base' hangs on itself"),
        ([SLIDE | {"type": "revolute"}], "a revolute joint needs pivot_m; .* needs range_rad, and not range_m"),
        ([SLIDE | {"type": "ball"}], "type"),
        ([SLIDE | {"axis": [0, "up", 0]}], "axis"),
        ([SLIDE | {"axis": [0, float("nan"), 0]}], "axis"),
        ([SLIDE | {"colour": "red"}], "colour"),
    ],
)
def test_a_statement_from_which_nothing_can_be_built_is_refused(
    bench: Bench, folder: Path, joints: list[dict[str, Any]], problem: str
) -> None:
    (folder / "joints.json").write_text(json.dumps({"joints": joints}))
    with pytest.raises(JointsUnusable, match=problem) as caught:
        bench.run(bench.parts(folder, units="mm"))
    assert caught.value.exit_code == 65


def test_every_problem_is_said_at_once(bench: Bench, folder: Path) -> None:
    (folder / "joints.json").write_text(json.dumps({"joints": [SLIDE | {"child": "door", "axis": [0, 0, 0]}]}))
    with pytest.raises(JointsUnusable, match=r"no length; .*'door' is no part"):
        bench.run(bench.parts(folder, units="mm"))


@pytest.mark.parametrize("name", ["Draw er.stl", "1st.stl", "base.ply"])
def test_files_that_name_no_part_are_refused(bench: Bench, folder: Path, name: str) -> None:
    trimesh.creation.box().export(folder / name)
    with pytest.raises(PartsMisnamed):
        bench.run(bench.parts(folder, units="mm"))


@pytest.fixture
def cabinet(tmp_path: Path) -> Path:
    """One GLB of two nodes: a chest, and its drawer, modelled elsewhere and moved into it; Y up, as glTF has it."""
    made = trimesh.Scene()
    for name, mesh in chest().items():
        mesh.apply_transform(Y_UP)
        put = trimesh.transformations.translation_matrix([0, 0.5 if name == "drawer" else 0, 0])
        mesh.apply_transform(np.linalg.inv(put))
        made.add_geometry(mesh, node_name=f"My {name}", geom_name=name, transform=put)
    path = tmp_path / "cabinet.glb"
    made.export(path)
    return path


def test_nodes_of_one_file_are_parts_where_their_transforms_put_them(bench: Bench, cabinet: Path) -> None:
    manifest = bench.run(bench.whole(cabinet))
    document = PartsDocument.from_json(bench.artifact(manifest, "parts/document").read_bytes())
    assert [part.name for part in document.parts] == ["my_base", "my_drawer"]
    assert document.separation is not None
    assert document.separation.by == "names"
    drawer = next(item for item in manifest.of_kind("mesh/part_glb") if "drawer" in item.path)
    part = load_mesh(Path(bench.store.uri) / paths.artifact(manifest, drawer), None, MeshLimits()).mesh
    np.testing.assert_allclose(part.bounds, chest()["drawer"].bounds, atol=1e-6)
    warnings = manifest.provenance.warnings
    assert "not given but found, by the 2 named objects of the file (confidence 0.90)" in warnings[0]
    assert "'My base as my_base', 'My drawer as my_drawer'" in warnings[1]
    subjects = {check.subject for check in manifest.checks if check.name == "mesh_closed"}
    assert subjects == {"thing", "thing/my_base", "thing/my_drawer"}


def test_the_same_file_gives_the_same_parts_byte_by_byte(bench: Bench, cabinet: Path, tmp_path: Path) -> None:
    first, second = (one.run(one.whole(cabinet)) for one in (bench, Bench(tmp_path / "again")))
    assert first.artifacts == second.artifacts


def test_what_cannot_be_told_apart_is_one_mesh_as_any_other(bench: Bench, tmp_path: Path) -> None:
    trimesh.creation.icosphere(2, 0.05).export(tmp_path / "ball.stl")
    manifest = bench.run(bench.whole(tmp_path / "ball.stl", units="m"))
    assert not manifest.of_kind("parts/document")
    assert "no parts could be told apart, so it is one rigid part" in manifest.provenance.warnings[0]


def test_joints_beside_one_file_are_those_of_its_objects(bench: Bench, cabinet: Path) -> None:
    said = cabinet.with_name("cabinet.joints.json")
    said.write_text(json.dumps({"joints": [SLIDE | {"parent": "my_base", "child": "my_drawer"}]}))
    document = PartsDocument.from_json(bench.artifact(bench.run(bench.whole(cabinet)), "parts/document").read_bytes())
    assert document.joints is not None
    assert document.joints.base == "my_base"
    said.write_text(json.dumps({"joints": [SLIDE]}))
    with pytest.raises(JointsUnusable, match=r"'drawer' is no part; the parts are my_base, my_drawer"):
        bench.run(bench.whole(cabinet))


def test_joints_of_what_cannot_be_told_apart_are_refused(bench: Bench, tmp_path: Path) -> None:
    trimesh.creation.icosphere(2, 0.05).export(tmp_path / "ball.stl")
    (tmp_path / "ball.joints.json").write_text(json.dumps({"joints": [SLIDE]}))
    with pytest.raises(JointsUnusable, match="'drawer' is no part; the parts are base"):
        bench.run(bench.whole(tmp_path / "ball.stl", units="m"))


@pytest.mark.parametrize("form", ["obj", "usda", "3mf", "glb"])
def test_every_format_that_has_named_objects_gives_them_as_parts(bench: Bench, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"chest.{form}"
    if form == "usda":
        stage = new_stage(path)
        for name, mesh in chest().items():
            add_mesh(stage, f"/chest/{name}/mesh", mesh)
        stage.Save()
    elif form == "3mf":
        named = "".join(
            f'<object id="{number}" name="{name}">{mesh_xml(mesh)}</object>'
            for number, (name, mesh) in enumerate(chest().items(), start=1)
        )
        write_package(path, model_xml(named, '<item objectid="1"/><item objectid="2"/>', 'unit="meter"'))
    elif form == "obj":
        trimesh.Scene(chest()).export(path)
    else:
        trimesh.Scene({name: mesh.apply_transform(Y_UP) for name, mesh in chest().items()}).export(path)
    manifest = bench.run(bench.whole(path, units="m" if form == "obj" else None))
    document = PartsDocument.from_json(bench.artifact(manifest, "parts/document").read_bytes())
    assert [part.name for part in document.parts] == ["base", "drawer"]
    whole = load_mesh(bench.artifact(manifest, "mesh/glb"), None, MeshLimits()).mesh
    np.testing.assert_allclose(whole.bounds, [[-0.15, -0.115, 0], [0.15, 0.1, 0.12]], atol=1e-6)
