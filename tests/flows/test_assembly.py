"""Several objects in one run become a scene; a rejected one stops nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import trimesh

from jobs.contracts.assembly import AssembledScene
from tests.flows.command import Command


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    folder = tmp_path_factory.mktemp("toys")
    trimesh.creation.box((40, 50, 30)).export(folder / "brick.stl")
    trimesh.creation.cylinder(20, 60, sections=32).export(folder / "can.stl")
    return folder / "brick.stl", folder / "can.stl"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


def write_layout(path: Path, **heights_m: float) -> Path:
    placements = [{"name": name, "position_m": [0, 0, height]} for name, height in heights_m.items()]
    path.write_text(json.dumps({"placements": placements}))
    return path


@pytest.fixture(scope="module")
def result(command: Command, toys: tuple[Path, ...], store: Path) -> dict[str, Any]:
    return command.json(
        "run", "--mesh", *toys, "--units", "mm", "--scene", "toys", "--until", "assembly", "--store", store
    )


def test_two_objects_become_a_scene_that_the_page_shows(result: dict[str, Any], store: Path):
    assert result["exit_code"] == 0, result["stages"]
    assert [(stage["job"], stage["subject"]) for stage in result["stages"]][-1] == ("assembly", "toys")
    files = {item["kind"]: item["path"] for item in result["artifacts"] if item["subject"] == "toys"}
    assert set(files) == {"scene/usd", "scene/mjcf"}
    assert all(Path(path).is_file() for path in files.values())
    page = Path(result["report"]).read_text()
    assert "Assembled scene toys" in page
    assert "overview.png" in page


def test_a_layout_says_where_they_stand(
    command: Command, toys: tuple[Path, ...], store: Path, result: dict[str, Any], tmp_path: Path
):
    layout = write_layout(tmp_path / "stack.json", brick=0.015, can=0.06)
    run = ("run", "--mesh", *toys, "--units", "mm", "--scene", "stack", "--until", "assembly", "--store", store)
    stacked = command.json(*run, "--layout", layout)
    assert stacked["exit_code"] == 0, stacked["stages"]
    assert [stage["reused"] for stage in stacked["stages"]] == [True, True, True, True, False]
    [mjcf] = [item for item in stacked["artifacts"] if item["kind"] == "scene/mjcf"]
    scene = AssembledScene.from_json((Path(mjcf["folder"]) / "scene.json").read_bytes())
    assert [item.placed_by for item in scene.objects] == ["given", "given"]


def test_a_rejected_scene_ends_a_run_that_wanted_one(
    command: Command, toys: tuple[Path, ...], store: Path, result: dict[str, Any], tmp_path: Path
):
    layout = write_layout(tmp_path / "air.json", brick=0.5)
    run = ("run", "--mesh", *toys, "--units", "mm", "--scene", "air", "--until", "assembly", "--store", store)
    rejected = command.json(*run, "--layout", layout)
    assert rejected["exit_code"] == 10
    assert "scene_moved of brick" in rejected["error"]["message"]


@pytest.mark.slow
def test_given_poses_that_overlap_are_bad_input_and_the_dataset_is_made_nevertheless(
    command: Command, toys: tuple[Path, ...], store: Path, result: dict[str, Any], tmp_path: Path
):
    layout = write_layout(tmp_path / "clash.json", brick=0.015, can=0.03)
    run = ("run", "--mesh", *toys, "--units", "mm", "--scene", "clash", "--episodes", 1, "--until", "episodes")
    clash = command.json(*run, "--store", store, "--layout", layout)
    assert clash["exit_code"] == 0, clash["stages"]
    [scene] = [stage for stage in clash["stages"] if stage["job"] == "assembly"]
    assert scene["error"]["type"] == "PlacementOverlaps"
    assert scene["error"]["exit_code"] == 65
    assert {stage["subject"] for stage in clash["stages"] if stage["job"] == "episodes"} == {"brick", "can"}
