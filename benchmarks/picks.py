"""Ground-truth objects the whole way to picks by a robot: from photos, and beside them from their true meshes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import Row
from benchmarks.ground_truth import GroundTruth
from jobs.contracts.manifest import ManifestRef
from jobs.contracts.run import ObjectRequest, RunRequest
from jobs.runtime.artifacts import load_manifest
from jobs.runtime.folder_store import FolderStore


def measure_picks(truths: Sequence[GroundTruth], folder: Path, episodes: int) -> list[Row]:
    """One row per object, whose photos lie in `folder` under its name in small letters."""
    for truth in truths:
        truth.save(folder)
    names = [truth.name.lower() for truth in truths]
    photos = [ObjectRequest(name=name, photos=name, mass_kg=t.mass_kg) for name, t in zip(names, truths, strict=True)]
    meshes = [
        ObjectRequest(name=name, mesh=f"{t.name}.stl", units="m", mass_kg=t.mass_kg)
        for name, t in zip(names, truths, strict=True)
    ]
    from_photos = _run(folder, "photos", photos, episodes)
    from_truth = _run(folder, "truth", meshes, episodes)
    return [
        {
            "picks": _success_rate(from_photos, name, folder),
            "picks of truth": _success_rate(from_truth, name, folder),
            "stopped at": _stopped(from_photos, name),
        }
        for name in names
    ]


def _run(folder: Path, scene: str, objects: list[ObjectRequest], episodes: int) -> dict[str, Any]:
    """Run the pipeline until episodes; what `--json` prints."""
    request = RunRequest(
        schema_version=1, scene=scene, objects=tuple(objects), until="episodes", episodes=episodes, profile="demo"
    )
    path = folder / f"{scene}.json"
    path.write_bytes(request.to_json())
    program = Path(sys.executable).with_name("simfoundry")
    command = [program, "run", "--request", path, "--store", folder / "store", "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return json.loads(done.stdout)


def _success_rate(result: dict[str, Any], name: str, folder: Path) -> float | None:
    """Share of episodes that succeeded; None when it got no episodes."""
    store = FolderStore(str(folder / "store"))
    for stage in result["stages"]:
        if stage["subject"] == name and stage["job"] == "episodes":
            for output in stage["outputs"]:
                checks = load_manifest(store, ManifestRef.model_validate(output)).checks
                return next(check.value for check in checks if check.name == "success_rate")
    return None


def _stopped(result: dict[str, Any], name: str) -> str:
    stopped = [stage for stage in result["stages"] if stage["subject"] == name and not stage["passed"]]
    return "; ".join(
        f"{stage['job']}: {stage['error']['type'] if stage['error'] else ', '.join(stage['reasons'])}"
        for stage in stopped
    )
