"""RGB-D scans to separate objects: a real kitchen, and a rendered table with scanned objects whose shape is known.

    python -m benchmarks.scans [--save]

Kitchen (7-Scenes): every tenth frame is held out. At least `GOAL_OBJECTS` separate closed objects, and `GOAL_SHARE` of
the held-out depth pixels on them within 15 mm. On an object are all pixels where it is in front of everything else that
was reconstructed; pixels at outlines are not left out. Table: all five objects, closed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import trimesh
from numpy.typing import NDArray

from benchmarks.figures import Row, print_table, save
from benchmarks.ground_truth import REALDATA, load_ground_truth
from benchmarks.job_process import Done, ask, run_job
from benchmarks.likeness import compute_chamfer, compute_volume_iou
from benchmarks.tabletop import Tabletop
from jobs.contracts.layout import Layout
from jobs.contracts.reconstruction import MeshLimits
from jobs.contracts.run import ObjectRequest
from jobs.geometry.closed import is_closed_volume
from jobs.geometry.mesh_file import load_mesh
from jobs.runtime import paths
from jobs.runtime.folder_store import FolderStore

GOAL_OBJECTS, GOAL_SHARE = 3, 0.9
ON_THE_TABLE = ("YcbMustardBottle", "YcbCrackerBox", "YcbTomatoSoupCan", "YcbPottedMeatCan", "YcbPowerDrill")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scans", description=__doc__)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/scans.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        store = FolderStore(str(folder / "store"))
        kitchen = run_job(
            ask(ObjectRequest(name="kitchen", scan="rgbd_kitchen"), REALDATA, store, "rgbd_fusion"), store
        )
        truths = [truth for truth in load_ground_truth() if truth.name in ON_THE_TABLE]
        tabletop = Tabletop.of(truths)
        tabletop.scan(folder / "table")
        table = run_job(ask(ObjectRequest(name="table", scan="table"), folder, store, "rgbd_fusion"), store)
        rows = [*describe("kitchen", kitchen), *compare(table, tabletop, [truth.name for truth in truths])]
    print_table(rows)
    summary = summarise(rows, kitchen, table)
    print("\n" + json.dumps(summary, indent=1))
    if options.save:
        print(save("scans", rows, summary, ("numpy", "open3d-cpu", "scikit-image", "manifold3d")))
    return 0 if summary["goal_met"] else 1


def describe(scan: str, done: Done) -> list[Row]:
    """One row per object, with what its own checks measured."""
    rows: list[Row] = []
    for item in _layout(done).objects:
        checks = {check.name: check.value for check in done.manifest.checks if check.subject == item.name}
        mesh = _mesh(done, item.name)
        rows.append(
            {
                "scan": scan,
                "object": item.name,
                "longest extent m": checks["longest_extent_m"],
                "closed": is_closed_volume(mesh),
                "held-out within 15 mm": checks["object_depth_agreement"],
                "median mm": None if checks["object_depth_error_m"] is None else 1000 * checks["object_depth_error_m"],
                "surface measured": checks["object_surface_measured"],
                "truth": None,
                "Chamfer mm": None,
                "IoU": None,
                "off its place mm": None,
            }
        )
    return rows


def compare(done: Done, truth: Tabletop, names: list[str]) -> list[Row]:
    """As `describe`, beside the truth: the scene's X and origin are its own, so both layouts are fitted first."""
    layout, rows = _layout(done), describe("table", done)
    T_true_scene, order = _fit(layout, truth)
    for row, item, number in zip(rows, layout.objects, order, strict=False):
        mesh = _mesh(done, item.name).apply_transform(T_true_scene @ np.array(item.T_scene_object))
        true = truth.objects[number]
        diagonal_m = float(np.linalg.norm(true.extents))
        row |= {
            "truth": names[number],
            "Chamfer mm": 1000 * diagonal_m * compute_chamfer(mesh, true),
            "IoU": compute_volume_iou(mesh, true),
            "off its place mm": 1000 * float(np.linalg.norm(_middle(mesh) - _middle(true))),
        }
    return rows


def summarise(rows: list[Row], kitchen: Done, table: Done) -> Row:
    of_kitchen = [row for row in rows if row["scan"] == "kitchen"]
    of_table = [row for row in rows if row["scan"] == "table"]
    share = kitchen.value("scan_depth_agreement") or 0.0
    all_closed = all(row["closed"] for row in rows)
    found = [row for row in of_table if row["IoU"] is not None]
    return {
        "kitchen_objects": len(of_kitchen),
        "kitchen_within_15_mm": share,
        "kitchen_cpu_s": kitchen.usage.cpu_s,
        "kitchen_memory_gb": kitchen.usage.peak_memory_bytes / 1e9,
        "table_objects": len(of_table),
        "table_worst_chamfer_mm": max((row["Chamfer mm"] for row in found), default=None),
        "table_worst_place_mm": max((row["off its place mm"] for row in found), default=None),
        "table_cpu_s": table.usage.cpu_s,
        "goal_met": len(of_kitchen) >= GOAL_OBJECTS
        and share >= GOAL_SHARE
        and all_closed
        and len(found) == len(of_table) == len(ON_THE_TABLE),
    }


def _layout(done: Done) -> Layout:
    return Layout.from_json(done.artifact("layout/document").read_bytes())


def _mesh(done: Done, name: str) -> trimesh.Trimesh:
    [item] = [item for item in done.manifest.of_kind("object/mesh_glb") if item.path.split("/")[1] == name]
    return load_mesh(Path(done.store.uri) / paths.artifact(done.manifest, item), None, MeshLimits()).mesh


def _fit(layout: Layout, truth: Tabletop) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """The motion (4, 4) in the plane that lays the scene's objects onto the true ones, and which each one is."""
    there = np.array([_middle(mesh)[:2] for mesh in truth.objects])
    seen = np.array([np.array(item.T_scene_object)[:2, 3] for item in layout.objects][: len(there)])
    best, T, best_order = np.inf, np.eye(4), tuple(range(len(seen)))
    for order in itertools.permutations(range(len(there)), len(seen)):
        a, b = seen - seen.mean(axis=0), there[list(order)] - there[list(order)].mean(axis=0)
        angle = np.arctan2((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum(), (a * b).sum())
        R = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        apart = float(np.square(a @ R.T - b).sum())
        if apart < best:
            best, best_order = apart, order
            T = np.eye(4)
            T[:2, :2], T[:2, 3] = R, there[list(order)].mean(axis=0) - R @ seen.mean(axis=0)
    return T, best_order


def _middle(mesh: trimesh.Trimesh) -> NDArray[np.float64]:
    return np.asarray(mesh.bounds, np.float64).mean(axis=0)


if __name__ == "__main__":
    sys.exit(main())
