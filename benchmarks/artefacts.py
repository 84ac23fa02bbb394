"""Plates behind and below objects: how many are found, how many objects are accused wrongly, what cutting leaves.

    make bench-artefacts [SAVE=1]

The scanned objects, turned at random, each with and without a plate square to the view or below; real things with
plates of their own (a tray, a table, a standing book) without. Goals: at least `GOAL_RECALL` of the plates found, no
object accused, the volume restored within `GOAL_VOLUME` in the median.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import manifold3d
import numpy as np
import trimesh
from numpy.typing import NDArray
from trimesh.transformations import random_rotation_matrix

from benchmarks.figures import Row, print_table, save
from benchmarks.ground_truth import load_ground_truth
from jobs.geometry.closed import compute_volume_m3, from_manifold, to_manifold
from jobs.geometry.errors import OpenMesh
from jobs.reconstruction.quality.plate import Plate, cut_off, find_plates, sample_for_plates, stands_behind

GOAL_RECALL, GOAL_VOLUME = 0.95, 0.03
SEEDS = 3
VIEWS = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
"""From the object to the camera."""


@dataclass(frozen=True)
class Trial:
    """`found`: the plate, None where there was none; `accused`: one was seen without; `restored`: error of volume."""

    found: bool | None
    accused: bool
    restored: float | None
    cpu_s: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.artefacts", description=__doc__)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/artefacts.json")
    options = parser.parse_args()
    rows = [measure(name, mesh) for name, mesh in subjects()]
    print_table(rows)
    summary = summarise(rows)
    print("\n" + json.dumps(summary, indent=1))
    if options.save:
        print(save("artefacts", rows, summary, ("numpy", "manifold3d", "trimesh")))
    return 0 if summary["goal_met"] else 1


def subjects() -> Iterator[tuple[str, trimesh.Trimesh]]:
    """Ground truth, closed as manifold3d wants it, and real things that have a plate."""
    for truth in load_ground_truth():
        yield truth.name, trimesh.Trimesh(truth.mesh.vertices, truth.mesh.faces, process=False)
    yield from real_plates().items()


def real_plates() -> dict[str, trimesh.Trimesh]:
    """Metres, Z up."""
    box = manifold3d.Manifold.cube
    tray = box((0.4, 0.3, 0.04)) - box((0.38, 0.28, 0.04)).translate((0.01, 0.01, 0.01))
    table = box((0.8, 0.6, 0.03)).translate((0, 0, 0.5))
    for x in (0.02, 0.74):
        for y in (0.02, 0.54):
            table += box((0.04, 0.04, 0.51)).translate((x, y, 0))
    book = box((0.03, 0.16, 0.24))
    return {"tray": from_manifold(tray), "table": from_manifold(table), "book": from_manifold(book)}


def measure(name: str, mesh: trimesh.Trimesh) -> Row:
    """One row per object, over `SEEDS` random orientations."""
    random = np.random.default_rng(sum(name.encode()))
    if name in real_plates():
        trials = [trial for _ in range(SEEDS) for trial in _look_at(mesh, random)]
    else:
        trials = [trial for _ in range(SEEDS) for trial in _join_plates(mesh, random)]
    found = [trial.found for trial in trials if trial.found is not None]
    restored = [trial.restored for trial in trials if trial.restored is not None]
    return {
        "object": name,
        "plates": len(found),
        "found": sum(found),
        "accused": sum(trial.accused for trial in trials),
        "of": len(trials),
        "volume error": float(np.median(restored)) if restored else None,
        "cpu ms": 1e3 * float(np.median([trial.cpu_s for trial in trials])),
    }


def _look_at(mesh: trimesh.Trimesh, random: np.random.Generator) -> Iterator[Trial]:
    """It stands as such things do, seen from any side, level to straight down."""
    for elevation in np.radians((0, 30, 60, 90)):
        turn = random.uniform(0, 2 * np.pi)
        towards = np.array([np.cos(turn) * np.cos(elevation), np.sin(turn) * np.cos(elevation), np.sin(elevation)])
        started = time.process_time()
        accused = find(mesh, towards) is not None
        yield Trial(None, accused, None, time.process_time() - started)


def _join_plates(mesh: trimesh.Trimesh, random: np.random.Generator) -> Iterator[Trial]:
    """One orientation: a plate behind, and one below as the only view sees it from above."""
    turned = mesh.copy()
    turned.apply_transform(random_rotation_matrix(random.random(3)))
    for towards in VIEWS:
        accused = find(turned, towards) is not None
        both = with_plate(turned, towards, random)
        started = time.process_time()
        plate = find(both, towards)
        cpu_s = time.process_time() - started
        yield Trial(plate is not None, accused, _restored(turned, both, plate), cpu_s)


def find(mesh: trimesh.Trimesh, towards: NDArray[np.float64]) -> Plate | None:
    plates = find_plates(sample_for_plates(mesh))
    return next((plate for plate in plates if stands_behind(plate, towards)), None)


def with_plate(mesh: trimesh.Trimesh, towards: NDArray[np.float64], random: np.random.Generator) -> trimesh.Trimesh:
    """A plate behind the object as a guess from a background makes it: joined, or side by side if it is not closed."""
    axis, low, high = int(np.argmax(np.abs(towards))), *np.asarray(mesh.bounds, np.float64)
    size = (high - low) * random.uniform(1.1, 1.5)
    size[axis] = random.uniform(0.01, 0.05) * float(np.linalg.norm(high - low))
    behind = low[axis] if towards[axis] > 0 else high[axis]
    middle = (low + high) / 2
    middle[axis] = behind - np.sign(towards[axis]) * random.uniform(-0.3, 0.3) * size[axis]
    plate = trimesh.creation.box(size)
    plate.apply_translation(middle)
    try:
        return from_manifold(to_manifold(mesh) + to_manifold(plate))
    except OpenMesh:
        faces = np.concatenate([mesh.faces, np.asarray(plate.faces) + len(mesh.vertices)])
        return trimesh.Trimesh(np.concatenate([mesh.vertices, plate.vertices]), faces, process=False)


def _restored(mesh: trimesh.Trimesh, both: trimesh.Trimesh, plate: Plate | None) -> float | None:
    """By what share the volume differs from the true one after cutting; None where nothing is closed to be cut."""
    if plate is None:
        return None
    try:
        left = compute_volume_m3(cut_off(both, plate))
    except OpenMesh:
        return None
    return abs(left / compute_volume_m3(mesh) - 1)


def summarise(rows: list[Row]) -> Row:
    plates, found, accused = (sum(row[key] for row in rows) for key in ("plates", "found", "accused"))
    errors = [row["volume error"] for row in rows if row["volume error"] is not None]
    return {
        "recall": found / plates,
        "goal_recall": GOAL_RECALL,
        "accused": accused,
        "median_volume_error": float(np.median(errors)),
        "goal_volume": GOAL_VOLUME,
        "goal_met": found >= GOAL_RECALL * plates and not accused and float(np.median(errors)) <= GOAL_VOLUME,
    }


if __name__ == "__main__":
    sys.exit(main())
