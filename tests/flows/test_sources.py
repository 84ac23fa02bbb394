"""Scans, single pictures and other formats through the command line: as objects of their own, judged one by one."""

import json
from pathlib import Path

import pytest
import trimesh
from PIL import Image, ImageDraw

from jobs.contracts.assembly import AssembledScene
from tests.flows.command import Command
from tests.reconstruction.tabletop import pristine


@pytest.mark.slow
def test_a_scanned_tabletop_becomes_assets_each_judged_for_itself(command: Command, tmp_path: Path):
    pristine().write_seven_scenes(tmp_path / "desk")
    result = command.json("run", "--scan", tmp_path / "desk", "--until", "assembly", "--store", tmp_path / "store")
    assert result["exit_code"] == 0, result["stages"]
    found = [stage for stage in result["stages"] if stage["found_in"] == "desk" and stage["passed"]]
    assets = [stage["subject"] for stage in found if stage["job"] == "simready"]
    assert len(assets) >= 3
    assert all(name.startswith("desk-object-") for name in assets)
    scan, scene = (stage for stage in result["stages"] if stage["subject"] == "desk")
    layout = next((tmp_path / "store" / "outputs" / "reconstruction" / scan["outputs"][0]["key"]).rglob("layout.json"))
    placed = [f"desk-{item['name']}" for item in json.loads(layout.read_bytes())["objects"]]
    assert set(assets) <= set(placed)
    document = next((tmp_path / "store" / "outputs" / "assembly" / scene["outputs"][0]["key"]).rglob("scene.json"))
    objects = AssembledScene.from_json(document.read_bytes()).objects
    assert {(item.name, item.placed_by) for item in objects} == {(name, "scan") for name in assets}


def test_one_picture_is_a_guess_that_demo_takes_and_lab_does_not(command: Command, tmp_path: Path):
    picture = Image.new("RGB", (240, 240), (225, 225, 228))
    ImageDraw.Draw(picture).ellipse((70, 60, 170, 180), fill=(150, 40, 40))
    picture.save(tmp_path / "egg.png")
    asked = ("run", "--picture", tmp_path / "egg.png", "--known-size", "0.06", "--until", "reconstruction")
    taken = command.json(*asked, "--store", tmp_path / "store")
    assert taken["exit_code"] == 0, taken["stages"]
    assert any("guess" in warning for stage in taken["stages"] for warning in stage["warnings"])
    refused = command.json(*asked, "--store", tmp_path / "store", "--profile", "lab")
    assert refused["exit_code"] != 0
    assert refused["artifacts"] == []


def test_formats_are_written_of_a_mesh_in_its_own_units(command: Command, brick: Path, tmp_path: Path):
    result = command.json(
        "run", "--mesh", brick, "--units", "mm", "--format", "stl", "--format", "obj", "--until", "reconstruction",
        "--store", tmp_path / "store",
    )  # fmt: skip
    written = {item["kind"]: item["path"] for item in result["artifacts"]}
    assert {"mesh/glb", "mesh/stl", "mesh/obj"} <= set(written)
    for kind in ("mesh/stl", "mesh/obj"):
        assert sorted(trimesh.load(written[kind], force="mesh").extents.round(6)) == [0.03, 0.04, 0.05]
