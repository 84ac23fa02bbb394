"""Real photographs, and photos of a scanned object, go the whole way: the robot picks what was reconstructed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.ground_truth import load_ground_truth
from tests.flows.command import Command

EPISODES = 3
pytestmark = pytest.mark.slow


def test_sixteen_real_photographs_become_a_certified_dataset_with_successful_picks(
    command: Command, realdata: Path, tmp_path: Path
):
    result = command.json(
        "run", "--photos", realdata / "photos_dino_posed", "--episodes", EPISODES, "--store", tmp_path / "store"
    )
    assert result["exit_code"] == 0, result["stages"]
    assert successes(result) >= 2
    assert command("verify", result["dataset"]).returncode == 0


def test_photos_of_a_scanned_banana_become_a_certified_dataset_with_successful_picks(
    command: Command, realdata: Path, tmp_path: Path
):
    [banana] = (truth for truth in load_ground_truth(realdata) if truth.name == "YcbBanana")
    banana.photograph(tmp_path / "banana")
    result = command.json(
        "run", "--photos", tmp_path / "banana", "--mass", banana.mass_kg, "--profile", "lab", "--episodes", 5,
        "--store", tmp_path / "store",
    )  # fmt: skip
    assert result["exit_code"] == 0, result["stages"]
    certificate = json.loads(Path(result["certificate"]).read_text())
    assert certificate["suitability"]["suitable"]
    assert successes(result) >= 4


def successes(result: dict[str, Any]) -> int:
    summary = json.loads(Path(result["certificate"]).read_text())["summary"]
    return sum(episode["success"] for episode in summary["episodes"])
