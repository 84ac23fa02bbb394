"""A thing as part meshes, by the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import trimesh

from jobs.geometry.joining import concatenate
from tests.flows.command import Command
from tests.simready import things


@pytest.fixture
def chest(tmp_path: Path) -> Path:
    folder = tmp_path / "chest"
    folder.mkdir()
    for name, low in (("base", 0), ("drawer", -60)):
        trimesh.creation.box(bounds=[[0, low, 0], [50, low + 50, 50]]).export(folder / f"{name}.stl")
    return folder


def test_parts_and_their_joints_are_committed(command: Command, chest: Path, tmp_path: Path) -> None:
    slide = {"name": "slide", "parent": "base", "child": "drawer", "type": "prismatic", "axis": [0, -1, 0]}
    (chest / "joints.json").write_text(json.dumps({"joints": [slide | {"range_m": [0, 0.04]}]}))
    store = tmp_path / "store"
    done = command("run", "--parts", chest, "--units", "mm", "--until", "reconstruction", "--store", store)
    assert done.returncode == 0, done.stderr
    [document] = store.glob("outputs/reconstruction/*/attempts/*/parts.json")
    told = json.loads(document.read_bytes())
    assert [part["name"] for part in told["parts"]] == ["base", "drawer"]
    assert told["joints"]["joints"][0]["range_m"] == [0, 0.04]


def test_one_file_is_taken_apart_and_a_request_says_the_same(command: Command, tmp_path: Path) -> None:
    concatenate(list(things.chest().values())).export(tmp_path / "my.chest.stl")
    store = tmp_path / "store"
    run = ("--until", "reconstruction", "--store", store)
    done = command("run", "--parts", tmp_path / "my.chest.stl", "--units", "m", *run)
    assert done.returncode == 0, done.stderr
    assert "the parts were not given but found, by the 2 pieces of surface" in done.stdout
    [document] = store.glob("outputs/reconstruction/*/attempts/*/parts.json")
    told = json.loads(document.read_bytes())
    assert [part["name"] for part in told["parts"]] == ["base", "part_1"]
    assert told["separation"] == {"by": "surfaces", "confidence": 0.7}
    item = {"name": "my-chest", "parts": "my.chest.stl", "units": "m"}
    request = {"schema_version": 1, "scene": "again", "objects": [item], "until": "reconstruction"}
    (tmp_path / "request.json").write_text(json.dumps(request))
    told = command.json("run", "--request", tmp_path / "request.json", "--store", store)
    assert [stage["reused"] for stage in told["stages"]] == [True]


@pytest.mark.slow
def test_one_mesh_of_a_chest_becomes_an_asset_whose_drawer_slides(command: Command, tmp_path: Path) -> None:
    concatenate(list(things.chest().values())).export(tmp_path / "chest.stl")
    store = tmp_path / "store"
    run = ("--until", "simready", "--store", store)
    kind = ("--category", "chest_of_drawers", "--units", "m")
    done = command("run", "--parts", tmp_path / "chest.stl", *kind, *run)
    assert done.returncode == 0, done.stdout + done.stderr
    [document] = store.glob("outputs/simready/*/attempts/*/asset.json")
    asset = json.loads(document.read_bytes())
    assert asset["mobility"] == "static"
    [joint] = asset["joints"]
    assert (joint["kind"], joint["parent"], joint["child"]) == ("prismatic", "base", "part_1")
    assert joint["axis"] == pytest.approx([0, -1, 0], abs=1e-5)
    assert joint["upper"] == pytest.approx(0.8 * 0.185, rel=0.01)
    assert joint["confidence"] == 0.7
    assert "the parts were told apart by the file's surfaces" in joint["source"]
