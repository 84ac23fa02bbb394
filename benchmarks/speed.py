"""How long a reconstruction takes, how that grows with the views, and whether two objects get in each other's way.

    make bench-reconstruction [SAVE=1]

One object from 36 posed views of 800 px by the whole job, imports included: at most `GOAL_S` on two quiet cores, and
less than `GOAL_BYTES` of memory. From a third and two thirds of them too, so that the cost per view can be compared.
Each also as a ratio to the plain hull of the same views. Then two objects, each on a core of its own, side by side and
one after the other: at least `GOAL_PARALLEL` times faster.

All is run `RUNS` times in turn and the fastest of each counts: what else a shared machine does only ever adds. The
slowest is told too.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Row, print_table, save
from benchmarks.ground_truth import load_ground_truth
from benchmarks.job_process import Done, ask, run_job, start
from jobs.contracts.run import ObjectRequest
from jobs.runtime.folder_store import FolderStore

RUNS = 4
OBJECTS = ("YcbPowerDrill", "YcbMustardBottle")
SIDE_PX = 800
VIEWS = (12, 24, 36)
GOAL_S = 12.0
GOAL_BYTES = 2e9
GOAL_PARALLEL = 1.7
GOAL_LINEAR = 1.25
"""What a view more may cost between 24 and 36 views, relative to between 12 and 24."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/speed.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        names = photograph(folder)
        rows = measure(folder, names[0])
        parallel = compare_parallel(folder, names)
    print_table(rows)
    summary = summarise(rows, parallel)
    print("\n" + json.dumps(summary, indent=1))
    if options.save:
        print(save("speed", rows, summary, ("numpy", "opencv-python-headless", "manifold3d")))
    return 0 if summary["goal_met"] else 1


def photograph(folder: Path) -> list[str]:
    """Render the objects; returns the names of their folders."""
    truths = [truth for truth in load_ground_truth() if truth.name in OBJECTS]
    for truth in truths:
        truth.photograph(folder / truth.name.lower(), side_px=SIDE_PX)
    return [truth.name.lower() for truth in truths]


def measure(folder: Path, name: str) -> list[Row]:
    """The whole job, and the plain hull of the same views; a row for each number of views."""
    captures = {views: _thinned(folder, name, views) for views in VIEWS}
    runs: dict[tuple[int, str], list[Done]] = {}
    for run in range(RUNS):
        for views, capture in captures.items():
            for provider in ("multi_view_stereo", "visual_hull"):
                runs.setdefault((views, provider), []).append(_run(folder, capture, provider, f"{views}-{run}"))
    return [_row(name, views, runs[views, "multi_view_stereo"], runs[views, "visual_hull"]) for views in VIEWS]


def _row(name: str, views: int, runs: list[Done], hulls: list[Done]) -> Row:
    done, hull = (min(some, key=lambda run: run.wall_s) for some in (runs, hulls))
    return {
        "object": name,
        "views": views,
        "px": SIDE_PX,
        "seconds": done.wall_s,
        "slowest seconds": max(run.wall_s for run in runs),
        "CPU seconds": done.usage.cpu_s,
        "seconds of hull": hull.wall_s,
        "ratio to hull": done.wall_s / hull.wall_s,
        "peak memory MB": done.usage.peak_memory_bytes / 1e6,
    }


def compare_parallel(folder: Path, names: list[str]) -> float:
    """Seconds of two objects one after the other over seconds of both at once, each on one core."""
    cpus = sorted(os.sched_getaffinity(0))[:2]
    captures = [_thinned(folder, name, VIEWS[-1]) for name in names]
    serial_s, parallel_s = [], []
    for run in range(RUNS):
        started = time.perf_counter()
        for capture, cpu in zip(captures, cpus, strict=True):
            _run(folder, capture, "multi_view_stereo", f"serial-{run}", cpu)
        serial_s.append(time.perf_counter() - started)
        store = FolderStore(str(folder / f"store-parallel-{run}"))
        requests = [ask(capture, folder, store, "multi_view_stereo") for capture in captures]
        started = time.perf_counter()
        processes = [start(request, store, [cpu]) for request, cpu in zip(requests, cpus, strict=True)]
        for process in processes:
            process.communicate()
        parallel_s.append(time.perf_counter() - started)
    return min(serial_s) / min(parallel_s)


def summarise(rows: list[Row], parallel: float) -> Row:
    few, more, all_ = (row["CPU seconds"] for row in rows)
    growth = (all_ - more) / (more - few)
    memory = max(row["peak memory MB"] for row in rows) * 1e6
    met = rows[-1]["seconds"] <= GOAL_S and memory < GOAL_BYTES and parallel >= GOAL_PARALLEL and growth <= GOAL_LINEAR
    return {
        "seconds_36_views": rows[-1]["seconds"],
        "goal_seconds": GOAL_S,
        "cost_of_a_view_later_to_earlier": growth,
        "goal_linear": GOAL_LINEAR,
        "two_objects_in_parallel": parallel,
        "goal_parallel": GOAL_PARALLEL,
        "peak_memory_mb": memory / 1e6,
        "goal_met": met,
    }


def _run(folder: Path, capture: ObjectRequest, provider: str, run: str, *cpus: int) -> Done:
    store = FolderStore(str(folder / f"store-{provider}-{run}"))
    return run_job(ask(capture, folder, store, provider), store, cpus)


def _thinned(folder: Path, name: str, views: int) -> ObjectRequest:
    """The same capture with every so many of its views, spread over all rings."""
    thin = folder / f"{name}-{views}"
    if not thin.exists():
        thin.mkdir()
        document = json.loads((folder / name / "transforms.json").read_text())
        frames = document["frames"]
        document["frames"] = [frames[index * len(frames) // views] for index in range(views)]
        (thin / "transforms.json").write_text(json.dumps(document))
        (thin / "images").mkdir()
        for frame in document["frames"]:
            os.link(folder / name / frame["file_path"], thin / frame["file_path"])
    return ObjectRequest(name=thin.name, photos=thin.name)


if __name__ == "__main__":
    sys.exit(main())
