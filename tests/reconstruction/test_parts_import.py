"""A thing that comes as parts: each of them, the whole, and what was said of the joints."""

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
from tests.reconstruction.conftest import Bench

SLIDE: dict[str, Any] = {
    "name": "slide", "parent": "base", "child": "drawer", "type": "prismatic", "axis": [0, -2, 0], "range_m": [0, 0.1]
}  # fmt: skip


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
