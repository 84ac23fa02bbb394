"""Ground-truth objects photographed and reconstructed: how like the truth, how fast, in how much memory.

    make bench-reconstruction [SAVE=1]
    python -m benchmarks.reconstruction [--only NAME ...] [--picks]    # some objects; the whole way to a robot's picks

13 scanned objects, 36 photos of 800 px each from 2 elevations (see `benchmarks.photographer`; scans without colours are
painted with a mottled glaze). Each is reconstructed three times from the same photos: by `multi_view_stereo`, by the
plain `visual_hull`, and by Open3D's Poisson reconstruction of our depth maps. COLMAP's dense route needs CUDA.

Goals: mean IoU and Chamfer distance of the objects without deep hollows, the IoU of each of the other three, and all
meshes closed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
import trimesh

from benchmarks.figures import Row, print_table, save
from benchmarks.ground_truth import GroundTruth, load_ground_truth
from benchmarks.job_process import Done, ask, run_job
from benchmarks.likeness import compute_chamfer, compute_volume_iou
from benchmarks.open3d_route import reconstruct_with_open3d
from benchmarks.picks import measure_picks
from jobs.contracts.run import ObjectRequest
from jobs.geometry.closed import is_closed_volume
from jobs.runtime.folder_store import FolderStore

SIDE_PX = 800
PROVIDERS = ("multi_view_stereo", "visual_hull")
GOAL_IOU, GOAL_CHAMFER_PERCENT = 0.93, 0.5
GOAL_HOLLOW_IOU = {"gso_red_bowl": 0.80, "gso_plate": 0.65, "gso_chefmate_8_frypan": 0.55}
GOAL_PICKS = 0.8
Result = TypeVar("Result")
VERSIONS = ("numpy", "opencv-python-headless", "manifold3d", "scikit-image", "open3d-cpu")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reconstruction", description=__doc__)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/reconstruction.json")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--picks", action="store_true", help="let a robot pick what was reconstructed, too")
    parser.add_argument("--episodes", type=int, default=10, help="per object, with --picks")
    options = parser.parse_args()
    truths = [truth for truth in load_ground_truth() if not options.only or truth.name in options.only]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        in_parallel(photograph, truths, folder)
        jobs = [{provider: run(truth, folder, provider) for provider in PROVIDERS} for truth in truths]
        rows = [measure(*pair) for pair in zip(truths, jobs, strict=True)]
        for row, other in zip(rows, in_parallel(measure_open3d, truths, folder), strict=True):
            row |= other
        if options.picks:
            for row, picks in zip(rows, measure_picks(truths, folder, options.episodes), strict=True):
                row |= picks
    print_table(rows)
    summary = summarise(rows)
    print("\n" + json.dumps(summary, indent=1))
    if options.save:
        print(save("reconstruction", rows, summary, VERSIONS))
    return 0 if summary["goal_met"] else 1


def photograph(truth: GroundTruth, folder: Path) -> None:
    truth.photograph(folder / truth.name.lower(), SIDE_PX)


def run(truth: GroundTruth, folder: Path, provider: str) -> Done | str:
    """The job, one process at a time; or why it failed."""
    capture = ObjectRequest(name=truth.name.lower(), photos=truth.name.lower())
    store = FolderStore(str(folder / f"store-{provider}-{capture.name}"))
    try:
        return run_job(ask(capture, folder, store, provider), store)
    except RuntimeError as error:
        return str(error)


def measure(truth: GroundTruth, done: dict[str, Done | str]) -> Row:
    """How good ours is, and the plain hull beside it."""
    ours, hull = (done[provider] for provider in PROVIDERS)
    row: Row = {"object": truth.name} | dict.fromkeys(("views", "IoU", "Chamfer %", "closed", "seconds", "CPU seconds"))
    row |= dict.fromkeys(("peak memory MB", "IoU of hull", "Chamfer % of hull", "seconds of hull", "failed"))
    if isinstance(ours, Done):
        mesh = _load_z_up(ours.artifact("mesh/glb"))
        row |= {"views": ours.value("views_usable"), "closed": is_closed_volume(mesh), "seconds": ours.wall_s}
        row |= {"IoU": compute_volume_iou(mesh, truth.mesh), "Chamfer %": 100 * compute_chamfer(mesh, truth.mesh)}
        row |= {"CPU seconds": ours.usage.cpu_s, "peak memory MB": ours.usage.peak_memory_bytes / 1e6}
    if isinstance(hull, Done):
        mesh = _load_z_up(hull.artifact("mesh/glb"))
        row |= {"IoU of hull": compute_volume_iou(mesh, truth.mesh), "seconds of hull": hull.wall_s}
        row |= {"Chamfer % of hull": 100 * compute_chamfer(mesh, truth.mesh)}
    return row | {"failed": "; ".join(one for one in done.values() if isinstance(one, str))}


def measure_open3d(truth: GroundTruth, folder: Path) -> Row:
    mesh = reconstruct_with_open3d(folder / truth.name.lower())
    return {
        "IoU of Open3D": compute_volume_iou(mesh, truth.mesh),
        "Chamfer % of Open3D": 100 * compute_chamfer(mesh, truth.mesh),
    }


def in_parallel(
    work: Callable[[GroundTruth, Path], Result], truths: Sequence[GroundTruth], folder: Path
) -> list[Result]:
    """One process per CPU; what is timed is not run like this. Open3D's threads do not live through a fork."""
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), get_context("spawn")) as pool:
        return list(pool.map(work, truths, [folder] * len(truths)))


def summarise(rows: Sequence[Row]) -> Row:
    plain = [row for row in rows if row["object"] not in GOAL_HOLLOW_IOU]
    hollow = {row["object"]: row["IoU"] or 0.0 for row in rows if row["object"] in GOAL_HOLLOW_IOU}
    closed = sum(bool(row["closed"]) for row in rows)
    met = closed == len(rows) and all(iou >= GOAL_HOLLOW_IOU[name] for name, iou in hollow.items())
    summary: Row = {"closed": f"{closed} of {len(rows)}", "goals_hollow": GOAL_HOLLOW_IOU} | {
        f"iou_{name}": iou for name, iou in hollow.items()
    }
    if plain:
        iou = float(np.mean([row["IoU"] or 0.0 for row in plain]))
        chamfer = float(np.mean([np.inf if row["Chamfer %"] is None else row["Chamfer %"] for row in plain]))
        summary |= {"mean_iou": iou, "goal_iou": GOAL_IOU, "mean_chamfer_percent": chamfer}
        summary |= {"goal_chamfer_percent": GOAL_CHAMFER_PERCENT}
        met = met and iou >= GOAL_IOU and chamfer <= GOAL_CHAMFER_PERCENT
    if "picks" in rows[0]:
        picks, true_picks = (sum(row[key] or 0.0 for row in rows) for key in ("picks", "picks of truth"))
        ratio = picks / true_picks if true_picks else 0.0
        summary |= {"picks_relative_to_truth": ratio, "goal_picks": GOAL_PICKS}
        met = met and ratio >= GOAL_PICKS
    return summary | {"goal_met": met}


def _load_z_up(path: Path) -> trimesh.Trimesh:
    """Our GLB as another reader sees it: Y up by the standard, so turned back."""
    mesh = trimesh.load(path, force="mesh", process=False)
    assert isinstance(mesh, trimesh.Trimesh)
    return mesh.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, (1, 0, 0)))


if __name__ == "__main__":
    sys.exit(main())
