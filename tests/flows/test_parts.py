"""A thing as part meshes, by the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import trimesh

from tests.flows.command import Command


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
