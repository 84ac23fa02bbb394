"""Pick-and-place episodes an hour, by one process, and how far that is from bare physics.

    make bench-episodes [SAVE=1]

The whole job is timed: planning, physics, two cameras, lossless videos, trajectories, the bit-exact replay of every
episode, and the commit. Its limit, measured in the same run, is physics alone: the same episodes' recorded controls
stepped through again from their first states, nothing looked at. The goal is the ratio of their CPU times: a slower
machine slows down both, and who else keeps it busy matters little.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from statistics import median

import numpy as np
import trimesh

from benchmarks.figures import Row, print_table, save
from jobs.contracts.episodes import EpisodesRequest, RecordingSettings
from jobs.contracts.manifest import Manifest, ManifestRef
from jobs.episodes.asset import read_asset
from jobs.episodes.rollout import steps_per_action
from jobs.episodes.scene import author_scene
from jobs.runtime.artifacts import read_artifact
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.job import execute
from jobs.runtime.settings import Settings
from jobs.runtime.workspace import silent
from jobs.simulation.simulator import FloatArray, Simulation, open_simulator

# Least ratio to bare physics, by picture size: half of what the first prototype of this arm reached, which neither
# encoded nor replayed nor stored anything (12,800 and 6,500 of 84,000 episodes an hour).
GOALS = {128: 0.075, 256: 0.04}
EXTENTS_M = (0.06, 0.04, 0.03)
SIMULATOR = "mujoco"
PASSES = 3

Recording = tuple[FloatArray, FloatArray]
"""State (X,) before the first action, and controls (n, U)."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.episodes", description=__doc__)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/episodes.json")
    parser.add_argument("--episodes", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        asset, scene = make_asset(Path(scratch))
        rows = [measure(asset, scene, size_px, options.episodes, Path(scratch)) for size_px in GOALS]
    print_table(rows)
    summary = {"goal_met": all(row["ratio"] >= row["goal"] for row in rows)}
    print("\n" + json.dumps(summary, indent=1))
    if options.save:
        print(save("episodes", rows, summary, ("mujoco", "numpy", "av")))
    return 0 if summary["goal_met"] else 1


def make_asset(folder: Path) -> tuple[ManifestRef, Path]:
    """A brick, made with our own command line, and the scene that the job will make of it."""
    mesh = folder / "brick.stl"
    trimesh.creation.box(EXTENTS_M).export(mesh)
    program = Path(sys.executable).with_name("simfoundry")
    options = ["--mesh", mesh, "--units", "m", "--until", "simready", "--store", folder / "store", "--json"]
    done = subprocess.run([program, "run", *options], stdout=subprocess.PIPE, text=True, check=True)
    result = json.loads(done.stdout)
    (output,) = (ref for stage in result["stages"] if stage["job"] == "simready" for ref in stage["outputs"])
    (model,) = (Path(item["path"]) for item in result["artifacts"] if item["kind"] == "asset/mjcf")
    item = read_asset(model.parents[1] / "asset.json", model)
    return ManifestRef.model_validate(output), author_scene(item, folder / "scene.xml")


def measure(asset: ManifestRef, scene: Path, size_px: int, episodes: int, folder: Path) -> Row:
    """One row: the job, and physics alone after it."""
    store = FolderStore(str(folder / "store"))
    recording = RecordingSettings(width_px=size_px, height_px=size_px)
    request = EpisodesRequest(
        schema_version=1, profile="demo", scene="brick", asset=asset, episode_count=episodes,
        simulators=(SIMULATOR,), recording=recording,
    )  # fmt: skip
    settings = Settings(work_dir=folder / "work", image=None, isaac_sim_root=None)
    started_s, started_cpu_s = time.perf_counter(), time.process_time()
    manifest = execute(request, store, settings, silent).manifest
    job_s, job_cpu_s = time.perf_counter() - started_s, time.process_time() - started_cpu_s
    recordings = load_recordings(store, manifest)
    physics_cpu_s = time_physics(scene, recording, recordings)
    return {
        "cameras": f"2 x {size_px} px",
        "episodes": episodes,
        "frames an episode": sum(len(controls) for _, controls in recordings) / episodes,
        "success": next(check.value for check in manifest.checks if check.name == "success_rate"),
        "episodes/h": round(episodes / job_s * 3600),
        "episodes/CPU h": round(episodes / job_cpu_s * 3600),
        "physics alone/CPU h": round(episodes / physics_cpu_s * 3600),
        "ratio": physics_cpu_s / job_cpu_s,
        "goal": GOALS[size_px],
    }


def load_recordings(store: FolderStore, manifest: Manifest) -> list[Recording]:
    recordings: list[Recording] = []
    for trajectory in manifest.of_kind("episode/trajectory"):
        with np.load(BytesIO(read_artifact(store, manifest, trajectory)), allow_pickle=False) as arrays:
            recordings.append((arrays["simulator_state"][0], arrays["control"]))
    return recordings


def time_physics(scene: Path, recording: RecordingSettings, recordings: list[Recording]) -> float:
    """CPU seconds that the simulator needs for all episodes: the median of `PASSES`."""
    simulation = open_simulator(SIMULATOR).load(scene, recording.timestep_s)
    try:
        return median(_step_through(simulation, recordings, steps_per_action(recording)) for _ in range(PASSES))
    finally:
        simulation.close()


def _step_through(simulation: Simulation, recordings: list[Recording], steps: int) -> float:
    started_s = time.process_time()
    for state, controls in recordings:
        simulation.restore(state)
        for control in controls:
            simulation.control(control)
            simulation.step(steps)
    return time.process_time() - started_s


if __name__ == "__main__":
    sys.exit(main())
