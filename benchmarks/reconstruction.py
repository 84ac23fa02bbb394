"""Ground-truth objects photographed, reconstructed and picked: volumetric IoU and pick success per object.

    make bench-reconstruction [SAVE=1]

Each object goes the whole way twice in one run: from photos of it, and from its true mesh, so that the pick success of
a reconstruction stands beside that of a perfect one. Goal: mean IoU of the objects that carving can see (not hollow,
not flat) at least `GOAL_IOU`, and at least `GOAL_PICKS` times the picks of the true meshes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import open3d
import trimesh

from benchmarks.figures import Row, print_table, save
from benchmarks.ground_truth import GroundTruth, load_ground_truth
from jobs.contracts.manifest import ManifestRef
from jobs.contracts.run import ObjectRequest, RunRequest
from jobs.runtime.artifacts import load_manifest
from jobs.runtime.folder_store import FolderStore

GOAL_IOU = 0.9
GOAL_PICKS = 0.8
HOLLOW_OR_FLAT = ("gso_red_bowl", "gso_plate", "gso_chefmate_8_frypan")
GRID = 96


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reconstruction", description=__doc__)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/reconstruction.json")
    parser.add_argument("--episodes", type=int, default=10)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    truths = [truth for truth in load_ground_truth() if not options.only or truth.name in options.only]
    with tempfile.TemporaryDirectory() as scratch:
        rows = measure(truths, Path(scratch), options.episodes)
    print_table(rows)
    summary = summarise(rows)
    print("\n" + json.dumps(summary, indent=1))
    if options.save:
        print(save("reconstruction", rows, summary, ("numpy", "mujoco", "manifold3d", "open3d-cpu", "scikit-image")))
    return 0 if summary["goal_met"] else 1


def measure(truths: Sequence[GroundTruth], folder: Path, episodes: int) -> list[Row]:
    """One row per object."""
    for truth in truths:
        truth.photograph(folder / _name(truth))
        truth.save(folder)
    photos = [ObjectRequest(name=_name(t), photos=_name(t), mass_kg=t.mass_kg) for t in truths]
    meshes = [ObjectRequest(name=_name(t), mesh=f"{t.name}.stl", units="m", mass_kg=t.mass_kg) for t in truths]
    from_photos = run(folder, "photos", photos, episodes)
    from_truth = run(folder, "truth", meshes, episodes)
    return [_row(truth, from_photos, from_truth, folder) for truth in truths]


def run(folder: Path, scene: str, objects: list[ObjectRequest], episodes: int) -> dict[str, Any]:
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


def volume_iou(mesh: trimesh.Trimesh, truth: trimesh.Trimesh) -> float:
    """Share of grid points inside both among those inside either, by ray parity (Open3D), GRID points a side."""
    low = np.minimum(mesh.bounds[0], truth.bounds[0])
    high = np.maximum(mesh.bounds[1], truth.bounds[1])
    axes = [np.linspace(low[axis], high[axis], GRID) for axis in range(3)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).astype(np.float32)
    inside = [_occupancy(solid, points) for solid in (mesh, truth)]
    return float((inside[0] & inside[1]).sum() / (inside[0] | inside[1]).sum())


def summarise(rows: list[Row]) -> Row:
    solid = [row for row in rows if row["object"] not in HOLLOW_OR_FLAT]
    picks, true_picks = (sum(row[key] or 0.0 for row in rows) for key in ("picks", "picks of truth"))
    mean_iou = float(np.mean([row["IoU"] or 0.0 for row in solid]))
    ratio = picks / true_picks if true_picks else 0.0
    return {
        "mean_iou_solid_objects": mean_iou,
        "goal_iou": GOAL_IOU,
        "picks_relative_to_truth": ratio,
        "goal_picks": GOAL_PICKS,
        "goal_met": mean_iou >= GOAL_IOU and ratio >= GOAL_PICKS,
    }


def _row(truth: GroundTruth, photos: dict[str, Any], meshes: dict[str, Any], folder: Path) -> Row:
    glb = [
        item["path"] for item in photos["artifacts"] if item["kind"] == "mesh/glb" and item["subject"] == _name(truth)
    ]
    mesh = _load_z_up(Path(glb[0])) if glb else None
    return {
        "object": truth.name,
        "IoU": volume_iou(mesh, truth.mesh) if mesh else None,
        "IoU of hull": volume_iou(truth.mesh.convex_hull, truth.mesh),
        "picks": _success_rate(photos, _name(truth), folder),
        "picks of truth": _success_rate(meshes, _name(truth), folder),
        "seconds": sum(stage["wall_s"] for stage in photos["stages"] if stage["subject"] == _name(truth)),
        "stopped at": _stopped(photos, _name(truth)),
    }


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


def _load_z_up(path: Path) -> trimesh.Trimesh:
    """Our GLB as another reader sees it: Y up by the standard, so turned back."""
    mesh = trimesh.load(path, force="mesh", process=False)
    assert isinstance(mesh, trimesh.Trimesh)
    return mesh.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, (1, 0, 0)))


def _occupancy(solid: trimesh.Trimesh, points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    scene = open3d.t.geometry.RaycastingScene()
    scene.add_triangles(
        open3d.core.Tensor(solid.vertices.astype(np.float32)), open3d.core.Tensor(solid.faces.astype(np.uint32))
    )
    return scene.compute_occupancy(open3d.core.Tensor(points), nsamples=3).numpy() > 0.5


def _name(truth: GroundTruth) -> str:
    return truth.name.lower()


if __name__ == "__main__":
    sys.exit(main())
