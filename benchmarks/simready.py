"""Colliders of ground-truth objects beside CoACD's and V-HACD's defaults, and whole assets by the hour.

    make bench-simready [SAVE=1]
    python -m benchmarks.simready [--only NAME ...] [--colliders]    # some objects; without the whole job

Each of 13 scanned objects is repaired once and covered three times, each time in a process of its own with one thread:
by our cascade, by CoACD's and by V-HACD's defaults. Then the whole job makes an asset of it, its material given, and
the gate of the profile `lab` decides.

Goals: CPU seconds of the colliders in total at most a third of CoACD's, with a mean IoU no lower and a mean 95th
percentile of protrusion no higher. Developed on nine of the objects; `HELD_OUT` names the others.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from benchmarks.coverings import COVERINGS, cover
from benchmarks.figures import Row, print_table, save
from benchmarks.ground_truth import GroundTruth, load_ground_truth
from benchmarks.job_process import ask, run_job
from jobs.contracts.run import ObjectRequest
from jobs.contracts.simready import RepairSettings, SimreadyRequest
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gate import decide, publish_verdict
from jobs.runtime.profiles import load_profile
from jobs.simready.collision.fit import measure_fit
from jobs.simready.repair.solid import repair

GOAL_FASTER = 3.0
HELD_OUT = ("YcbMustardBottle", "YcbPowerDrill", "YcbTomatoSoupCan", "gso_plate")
MATERIALS = {
    "YcbBanana": "food",
    "YcbCrackerBox": "cardboard",
    "YcbFoamBrick": "foam",
    "YcbMasterChefCan": "steel",
    "YcbMustardBottle": "pe_plastic",
    "YcbPottedMeatCan": "aluminium",
    "YcbPowerDrill": "abs_plastic",
    "YcbScissors": "steel",
    "YcbTomatoSoupCan": "steel",
    "fuze": "pe_plastic",
    "gso_chefmate_8_frypan": "aluminium",
    "gso_plate": "ceramic",
    "gso_red_bowl": "ceramic",
}
VERSIONS = ("numpy", "manifold3d", "trimesh", "coacd", "vhacdx", "mujoco", "usd-core")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simready", description=__doc__)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/simready.json")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--colliders", action="store_true", help="leave the whole job out")
    options = parser.parse_args()
    truths = [truth for truth in load_ground_truth() if not options.only or truth.name in options.only]
    rows: list[Row] = []
    for truth in truths:
        with tempfile.TemporaryDirectory() as scratch:
            rows.append(measure_colliders(truth, Path(scratch)))
            if not options.colliders:
                rows[-1] |= measure_job(truth, Path(scratch))
    print_table(rows)
    summary = summarise(rows)
    print("\n" + json.dumps(summary, indent=1))
    if options.save:
        print(save("simready", rows, summary, VERSIONS))
    return 0 if summary["goal_met"] else 1


def measure_colliders(truth: GroundTruth, folder: Path) -> Row:
    """What each covering takes, and how it fits."""
    solid = repair(truth.mesh, RepairSettings(), truth.name).solid
    row: Row = {"object": truth.name, "held out": truth.name in HELD_OUT}
    for name in COVERINGS:
        covering = cover(name, solid, folder)
        fit = measure_fit(solid, covering.shapes, 0)
        row |= {f"CPU s {name}": covering.cpu_s, f"s {name}": covering.wall_s, f"shapes {name}": len(covering.shapes)}
        row |= {f"IoU {name}": fit.iou, f"protrusion % {name}": 100 * fit.protrusion}
        row |= {f"most % {name}": 100 * fit.protrusion_most, f"cavity filled {name}": fit.cavity_filled}
    return row


def measure_job(truth: GroundTruth, folder: Path) -> Row:
    """The whole job in its own process, imports included, and what `lab` says."""
    store, lab, name = FolderStore(str(folder / "store")), load_profile("lab"), truth.name.lower()
    capture = ObjectRequest(name=name, mesh=truth.save(folder).name, units="m")
    imported = run_job(ask(capture, folder, store, "mesh_import"), store).manifest
    publish_verdict(store, decide(imported, lab))
    request = SimreadyRequest(
        schema_version=1, profile="lab", name=name, mesh=imported.ref, material=MATERIALS[truth.name]
    )
    try:
        done = run_job(request, store)
    except RuntimeError as error:
        return {"s job": None, "CPU s job": None, "lab": False, "why": str(error)}
    verdict = decide(done.manifest, lab)
    return {
        "s job": done.wall_s,
        "CPU s job": done.usage.cpu_s,
        "lab": verdict.passed,
        "why": "; ".join(verdict.reasons),
    }


def summarise(rows: Sequence[Row]) -> Row:
    total = {name: sum(row[f"CPU s {name}"] for row in rows) for name in COVERINGS}
    iou = {name: mean(row[f"IoU {name}"] for row in rows) for name in COVERINGS}
    protrusion = {name: mean(row[f"protrusion % {name}"] for row in rows) for name in COVERINGS}
    faster = total["coacd"] / total["ours"]
    met = faster >= GOAL_FASTER and iou["ours"] >= iou["coacd"] and protrusion["ours"] <= protrusion["coacd"]
    summary: Row = {"faster_than_coacd": faster, "goal_faster": GOAL_FASTER, "cpu_s": total, "mean_iou": iou}
    summary |= {"mean_protrusion_percent": protrusion}
    if "s job" in rows[0]:
        seconds = [row["s job"] for row in rows if row["s job"] is not None]
        summary |= {"assets_an_hour": round(3600 / mean(seconds)) if seconds else 0}
        summary |= {"pass_rate_lab": mean(float(row["lab"]) for row in rows)}
    return summary | {"goal_met": met}


if __name__ == "__main__":
    sys.exit(main())
