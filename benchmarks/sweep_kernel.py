"""The plane sweep by OpenCV and by torch on the same photos: seconds per view, and how well they agree.

    python -m benchmarks.sweep_kernel [--save]

The tasks are those that stereo sets itself for rendered ground-truth objects within their visual hulls. torch runs on a
CUDA GPU where there is one, otherwise on the CPU; the result names the device. Goal: the tolerance that `TorchKernel`
states, and on a GPU at least `GOAL_SPEEDUP` times the speed of OpenCV, which has one thread a view.

Where there is a GPU, also one whole job with either kernel on all CPUs, imports and the GPU's start included, the
faster of `RUNS` each, and how far apart the two meshes are.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import trimesh
from scipy.spatial import KDTree

from benchmarks.figures import Row, print_table, save
from benchmarks.ground_truth import GroundTruth, load_ground_truth
from benchmarks.job_process import ask, run_job
from jobs.contracts.reconstruction import CarvingSettings, PictureLimits
from jobs.contracts.run import ObjectRequest
from jobs.reconstruction.cameras.camera_file import read_cameras
from jobs.reconstruction.cameras.camera_row import CameraRow
from jobs.reconstruction.cameras.shot import load_shot
from jobs.reconstruction.carving.carved import find_hull
from jobs.reconstruction.carving.view import View
from jobs.reconstruction.parallel import map_in_threads
from jobs.reconstruction.pictures.silhouette import find_silhouette
from jobs.reconstruction.stereo.kernel import DepthMap, SweepKernel, SweepTask
from jobs.reconstruction.stereo.opencv_kernel import OpenCvKernel
from jobs.reconstruction.stereo.refinement import refine
from jobs.reconstruction.stereo.torch_kernel import TorchKernel
from jobs.runtime.folder_store import FolderStore

OBJECTS = ("YcbMustardBottle", "YcbPowerDrill", "gso_red_bowl")
CONFIDENT = 0.6
STATED = 0.99
"""Share of the confident pixels that `TorchKernel` says are alike."""
GOAL_SPEEDUP = 2.0
RUNS = 2
JOB_SIDE_PX = 800
CAMERAS = "transforms.json"
MAX_SIDE_PX = 1280


@dataclass
class BothKernels:
    """Answers with OpenCV's result, and remembers what torch said and how long each took, one view at a time."""

    device: str
    opencv: SweepKernel = field(default_factory=OpenCvKernel)
    seconds: dict[str, list[float]] = field(default_factory=lambda: {"opencv": [], "torch": []})
    depth_steps: list[np.ndarray] = field(default_factory=list)
    confidence: list[np.ndarray] = field(default_factory=list)
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def sweep(self, task: SweepTask) -> DepthMap:
        with self.one_at_a_time:
            torch_kernel = TorchKernel(self.device)
            if not self.seconds["torch"]:
                torch_kernel.sweep(task)  # the first call loads the device's libraries
            one = self._timed("opencv", lambda: self.opencv.sweep(task))
            other = self._timed("torch", lambda: torch_kernel.sweep(task))
        confident = (one.confidence > CONFIDENT) & (other.confidence > CONFIDENT)
        self.depth_steps.append(np.abs(one.depth - other.depth)[confident] / task.step)
        self.confidence.append(np.abs(one.confidence - other.confidence)[confident])
        return one

    def _timed(self, name: str, work: Callable[[], DepthMap]) -> DepthMap:
        clock = time.perf_counter if name == "torch" and self.device == "cuda" else time.process_time
        started = clock()
        found = work()
        self.seconds[name].append(clock() - started)
        return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep_kernel", description=__doc__)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/sweep_kernel_<device>.json")
    parser.add_argument("--only", nargs="*", default=OBJECTS)
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rows = [measure(truth, device) for truth in load_ground_truth() if truth.name in options.only]
    print_table(rows)
    summary = summarise(rows, device) | (compare_jobs(options.only[0]) if device == "cuda" else {})
    print("\n" + json.dumps(summary, indent=1))
    if options.save:
        print(save(f"sweep_kernel_{device}", rows, summary, ("numpy", "torch", "opencv-python-headless")))
    return 0 if summary["goal_met"] else 1


def measure(truth: GroundTruth, device: str) -> Row:
    """Every view of one object, on both passes of stereo."""
    with tempfile.TemporaryDirectory() as folder:
        truth.photograph(Path(folder))
        views = load_views(Path(folder))
    both = BothKernels(device)
    refine(find_hull(views, CAMERAS, CarvingSettings(grid=128), _quiet), both, _quiet)
    opencv_s, torch_s = (float(np.mean(both.seconds[name])) for name in ("opencv", "torch"))
    depth_steps, confidence = np.concatenate(both.depth_steps), np.concatenate(both.confidence)
    return {
        "object": truth.name,
        "sweeps": len(both.seconds["torch"]),
        "opencv s": opencv_s,
        "torch s": torch_s,
        "speedup": opencv_s / torch_s,
        "pixels": len(depth_steps),
        "depth within 0.1 step": float((depth_steps < 0.1).mean()),
        "confidence within 0.001": float((confidence < 0.001).mean()),
        "confidence within 0.02": float((confidence < 0.02).mean()),
        "worst confidence": float(confidence.max()),
    }


def compare_jobs(name: str) -> Row:
    """Wall seconds of the whole job by either kernel, and how far vertices of one mesh lie from those of the other."""
    [truth] = [truth for truth in load_ground_truth() if truth.name == name]
    seconds: dict[str, list[float]] = {"cpu": [], "cuda": []}
    meshes: dict[str, trimesh.Trimesh] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder, capture = Path(scratch), ObjectRequest(name=name.lower(), photos="photos")
        truth.photograph(folder / "photos", JOB_SIDE_PX)
        for run in range(RUNS):
            for device in seconds:
                store = FolderStore(str(folder / f"{device}-{run}"))
                request = ask(capture, folder, store, "multi_view_stereo")
                stereo = request.stereo.model_copy(update={"device": device})
                done = run_job(request.model_copy(update={"stereo": stereo}), store)
                seconds[device].append(done.wall_s)
                meshes[device] = trimesh.load_mesh(done.artifact("mesh/glb"))
    one, other = meshes.values()
    distances, _ = KDTree(one.vertices).query(other.vertices)
    return {
        "job_s_opencv": min(seconds["cpu"]),
        "job_s_torch": min(seconds["cuda"]),
        "volume_torch_to_opencv": float(other.volume / one.volume),
        "vertices_apart_p95_of_diagonal": float(np.quantile(distances, 0.95) / np.linalg.norm(one.extents)),
    }


def load_views(folder: Path) -> Sequence[View]:
    def load(row: CameraRow) -> View:
        shot = load_shot(folder / row.photo, row.photo, row, CAMERAS, PictureLimits(), MAX_SIDE_PX)
        return View.of(shot, find_silhouette(shot.rgb, shot.alpha))

    return map_in_threads(load, read_cameras(folder / CAMERAS).rows)


def summarise(rows: Sequence[Row], device: str) -> Row:
    agree = all(row["depth within 0.1 step"] >= STATED and row["confidence within 0.02"] >= STATED for row in rows)
    speedup = float(np.mean([row["speedup"] for row in rows]))
    return {
        "device": torch.cuda.get_device_name() if device == "cuda" else f"cpu, {platform.machine()}; no CUDA GPU here",
        "clock": "wall seconds of torch, CPU seconds of OpenCV" if device == "cuda" else "CPU seconds of both",
        "mean_speedup": speedup,
        "goal_speedup": GOAL_SPEEDUP if device == "cuda" else None,
        "agree": agree,
        "goal_met": agree and (device != "cuda" or speedup >= GOAL_SPEEDUP),
    }


def _quiet(step: str, done: int, total: int) -> None:
    """Told, says nothing."""


if __name__ == "__main__":
    sys.exit(main())
