"""The command line from a mesh to a certified dataset, on a real Prefect server."""

import json
import shutil
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.flows.command import Command

EPISODES = 2


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def result(command: Command, brick: Path, store: Path) -> dict[str, Any]:
    return command.json("run", "--mesh", brick, "--units", "mm", "--episodes", EPISODES, "--store", store)


def test_a_mesh_becomes_a_certified_dataset(result: dict[str, Any]):
    assert result["error"] is None
    assert result["exit_code"] == 0, result["stages"]
    assert [stage["job"] for stage in result["stages"]] == ["reconstruction", "simready", "episodes", "export"]
    assert all(stage["passed"] for stage in result["stages"])
    assert Path(result["certificate"]).is_file()
    assert Path(result["report"]).is_file()


def test_the_artifacts_that_a_user_opens_are_listed_by_kind(result: dict[str, Any]):
    kinds = {item["kind"] for item in result["artifacts"]}
    assert kinds == {"mesh/glb", "asset/usd", "asset/usdz", "asset/mjcf", "asset/urdf", "asset/glb"}
    assert all(Path(item["path"]).is_file() for item in result["artifacts"])


def test_a_second_run_does_no_work_twice(command: Command, result: dict[str, Any], brick: Path, store: Path):
    again = command.json("run", "--mesh", brick, "--units", "mm", "--episodes", EPISODES, "--store", store)
    assert all(stage["reused"] for stage in again["stages"])
    assert again["dataset"] == result["dataset"]


def test_another_seed_is_other_episodes_of_the_same_mesh(
    command: Command, result: dict[str, Any], brick: Path, store: Path
):
    run = ("run", "--mesh", brick, "--units", "mm", "--episodes", EPISODES, "--store", store)
    other = command.json(*run, "--scene", "other-seed", "--seed", 1, "--until", "episodes")
    reused = {stage["job"]: stage["reused"] for stage in other["stages"]}
    assert reused["reconstruction"]
    assert not reused["episodes"]


def test_until_simready_stops_there_with_the_asset(command: Command, brick: Path, tmp_path: Path):
    said = ("--category", "brick", "--mass", 0.3, "--mass-tolerance", 0.002, "--licence", "CC0-1.0")
    asked = ("--vision", "openai_compatible", "--until", "simready", "--store", tmp_path)
    done = command("run", "--mesh", brick, "--units", "mm", *said, *asked)
    assert done.returncode == 0, done.stderr
    assert "asset/usd" in done.stdout
    assert not (tmp_path / "outputs" / "episodes").exists()
    [document] = tmp_path.glob("outputs/simready/*/attempts/*/asset.json")
    asset = json.loads(document.read_bytes())
    assert (asset["category"], asset["licence"], asset["mass_kg"]["high"]) == ("brick", "CC0-1.0", 0.302)


def test_show_prints_gates_provenance_and_artifacts(command: Command, result: dict[str, Any], store: Path):
    view = command.json("show", result["scene"], "--store", store)
    assert {verdict["job"] for verdict in view["verdicts"]} == {"reconstruction", "simready", "episodes", "export"}
    assert all(manifest["provenance"]["maker"] for manifest in view["manifests"])
    assert result["dataset"] in command("show", result["scene"], "--store", store).stdout


def test_show_of_an_unknown_scene_names_the_known_ones(command: Command, result: dict[str, Any], store: Path):
    done = command("show", "nowhere", "--store", store)
    assert done.returncode == 65
    assert "SceneUnknown" in done.stderr
    assert result["scene"] in done.stderr


def test_verify_names_each_file_that_differs(command: Command, result: dict[str, Any], tmp_path: Path):
    dataset = Path(shutil.copytree(result["dataset"], tmp_path / "dataset"))
    assert command("verify", dataset).returncode == 0
    info = dataset / "meta" / "info.json"
    info.write_text(info.read_text().replace("v3.0", "v9.9"))
    damaged = command("verify", dataset)
    assert damaged.returncode == 65
    assert "meta/info.json" in damaged.stdout


def test_every_gate_left_a_markdown_and_a_table_artifact_on_the_server(prefect_api: str, result: dict[str, Any]):
    assert result["exit_code"] == 0
    request = urllib.request.Request(
        f"{prefect_api}/artifacts/filter", json.dumps({"limit": 200}).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        artifacts = {(item["key"], item["type"]) for item in json.load(answer)}
    for job in ("reconstruction", "simready", "episodes", "export"):
        assert (f"gate-{job}-brick", "markdown") in artifacts
        assert (f"gate-{job}-brick-findings", "table") in artifacts


def test_production_is_refused_before_any_work(command: Command, brick: Path, tmp_path: Path):
    done = command("run", "--mesh", brick, "--units", "mm", "--profile", "production", "--store", tmp_path)
    assert done.returncode == 69
    assert "isaac_sim" in done.stderr
    assert not (tmp_path / "outputs").exists()


def test_one_broken_object_does_not_stop_the_others(command: Command, brick: Path, tmp_path: Path):
    broken = tmp_path / "broken.stl"
    broken.write_bytes(b"solid nothing\nendsolid nothing\n")
    result = command.json(
        "run", "--mesh", brick, broken, "--units", "mm", "--until", "simready", "--store", tmp_path / "store"
    )
    assert result["exit_code"] == 0
    outcome = {(stage["subject"], stage["job"]): stage for stage in result["stages"]}
    assert outcome["brick", "simready"]["passed"]
    assert outcome["broken", "reconstruction"]["error"]["exit_code"] == 65
