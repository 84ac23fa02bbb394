"""How far a guess from one picture is from the truth: volumetric IoU per ground-truth object and elevation.

    python -m benchmarks.single_view [--save]

Each object is rendered once from a low and once from a raised camera and guessed from that picture alone, at its known
size. The guess is turned and moved to where the truth stands, and not otherwise fitted. Goal: a mean IoU of
`GOAL_ROUND_IOU` on solids of revolution from the low camera, and every guess closed; what is flat, hollow, not round or
seen from high above is shown, and expected to be poor.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import trimesh

from benchmarks.figures import Row, print_table, save
from benchmarks.ground_truth import GroundTruth, load_ground_truth
from benchmarks.likeness import compute_volume_iou
from jobs.contracts.reconstruction import PictureLimits
from jobs.geometry.closed import is_closed_volume
from jobs.geometry.extents import compute_longest_extent_m
from jobs.reconstruction.pictures.picture import read_picture
from jobs.reconstruction.single_view.guess import Guess, guess_shape
from jobs.reconstruction.single_view.sheet import save_sheet
from jobs.reconstruction.single_view.subject import find_subject

GOAL_ROUND_IOU = 0.84
ROUND = ("YcbMasterChefCan", "YcbTomatoSoupCan", "fuze")
VIEWS = (2, 20)
"""Of those that `GroundTruth.photograph` makes: from 10 and from 50 degrees above the horizon."""
LOW_DEG = 30
MAX_SIDE_PX = 1280


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.single_view", description=__doc__)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/single_view.json")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--sheets", type=Path, help="a folder for pictures of the guesses")
    options = parser.parse_args()
    truths = [truth for truth in load_ground_truth() if not options.only or truth.name in options.only]
    rows = [row for truth in truths for row in measure(truth, options.sheets)]
    print_table(rows)
    summary = summarise(rows)
    print("\n" + json.dumps(summary, indent=1))
    if options.save:
        print(
            save(
                "single_view", rows, summary, ("numpy", "mujoco", "manifold3d", "open3d-cpu", "opencv-python-headless")
            )
        )
    return 0 if summary["goal_met"] else 1


def measure(truth: GroundTruth, sheets: Path | None) -> Iterator[Row]:
    """One row per view."""
    with tempfile.TemporaryDirectory() as scratch:
        truth.photograph(Path(scratch))
        frames = json.loads((Path(scratch) / "transforms.json").read_text())["frames"]
        for view in VIEWS:
            T_world_camera = np.array(frames[view]["transform_matrix"])
            started = time.process_time()
            picture = read_picture(Path(scratch) / frames[view]["file_path"], PictureLimits())
            subject = find_subject(picture, truth.name, MAX_SIDE_PX)
            guess = guess_shape(subject)
            seconds = time.process_time() - started
            if sheets is not None:
                sheets.mkdir(parents=True, exist_ok=True)
                save_sheet(sheets / f"{truth.name}_{view}.jpg", subject, guess.mesh)
            yield {
                "object": truth.name,
                "round": truth.name in ROUND,
                "elevation": round(float(np.degrees(np.arcsin(T_world_camera[2, 2])))),
                "IoU": compute_volume_iou(place(guess, truth, T_world_camera), truth.mesh),
                "IoU of hull": compute_volume_iou(truth.mesh.convex_hull, truth.mesh),
                "closed": is_closed_volume(guess.mesh),
                "CPU seconds": seconds,
                "taken to be": guess.assumed.partition(",")[0],
            }


def place(guess: Guess, truth: GroundTruth, T_world_camera: np.ndarray) -> trimesh.Trimesh:
    """The guess at the true size, turned as the camera saw it, over the origin."""
    mesh = guess.mesh.copy()
    mesh.apply_scale(compute_longest_extent_m(truth.mesh) / compute_longest_extent_m(mesh))
    right, up = T_world_camera[:3, 0], np.array([0.0, 0.0, 1.0])
    T_world_guess = np.eye(4)
    T_world_guess[:3, :3] = np.column_stack([right, np.cross(up, right), up])
    mesh.apply_transform(T_world_guess)
    low, high = mesh.bounds
    return mesh.apply_translation(-np.array([*(low + high)[:2] / 2, low[2]]))


def summarise(rows: list[Row]) -> Row:
    def mean_iou(is_round: bool, is_low: bool) -> float | None:
        found = [row["IoU"] for row in rows if row["round"] == is_round and (row["elevation"] < LOW_DEG) == is_low]
        return float(np.mean(found)) if found else None

    round_iou = mean_iou(True, True) or 0.0
    return {
        "mean_iou_solids_of_revolution": round_iou,
        "goal_iou": GOAL_ROUND_IOU,
        "mean_iou_solids_of_revolution_from_above": mean_iou(True, False),
        "mean_iou_others": mean_iou(False, True),
        "mean_iou_others_from_above": mean_iou(False, False),
        "closed": f"{sum(row['closed'] for row in rows)} of {len(rows)}",
        "goal_met": round_iou >= GOAL_ROUND_IOU and all(row["closed"] for row in rows),
    }


if __name__ == "__main__":
    sys.exit(main())
