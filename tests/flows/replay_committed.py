"""Replays committed episodes in a process of its own: `python -m tests.flows.replay_committed STORE EPISODES_KEY`.

Knows nothing but what lies in the store; prints `exact of recorded` states for each episode.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from jobs.contracts.episodes import Episode
from jobs.contracts.manifest import ManifestRef
from jobs.episodes.asset import open_asset
from jobs.episodes.replay import count_exact_states
from jobs.episodes.scene import author_scene
from jobs.runtime.artifacts import load_manifest
from jobs.runtime.store import open_store
from jobs.runtime.workspace import Workspace, silent
from jobs.simulation.simulator import open_simulator


def main(store_uri: str, key: str) -> None:
    store, episodes = open_store(store_uri), ManifestRef(job="episodes", key=key)
    manifests = {episodes: load_manifest(store, episodes)}
    (asset,) = manifests[episodes].inputs
    manifests[asset] = load_manifest(store, asset)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder), store, key, manifests, silent)
        scene = author_scene(open_asset(workspace, asset), workspace.scratch("scene") / "scene.xml")
        documents = workspace.open_input(episodes, "episode/document")
        trajectories = workspace.open_input(episodes, "episode/trajectory")
        for document, trajectory in zip(documents, trajectories, strict=True):
            print(*replay(Episode.from_json(document.read_bytes()), trajectory, scene))


def replay(episode: Episode, trajectory: Path, scene: Path) -> tuple[int, int]:
    """How many recorded states came out exactly, and how many there are."""
    stamp = episode.simulator
    simulation = open_simulator(stamp.simulator).load(scene, stamp.timestep_s)
    steps = round(1 / episode.fps / stamp.timestep_s)
    with np.load(trajectory, allow_pickle=False) as arrays:
        exact = count_exact_states(simulation, arrays["simulator_state"], arrays["control"], steps)
    simulation.close()
    return exact, episode.frames


if __name__ == "__main__":
    main(*sys.argv[1:])
