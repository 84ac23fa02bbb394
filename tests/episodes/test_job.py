"""The whole job, from an asset in the store to committed episodes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jobs.contracts.episodes import Episode
from jobs.contracts.manifest import Manifest, ManifestRef
from jobs.episodes.errors import AssetUnusable, UnevenRate
from jobs.episodes.rollout import ACTION_NAMES, STATE_NAMES
from jobs.runtime import paths
from jobs.runtime.artifacts import read_artifact
from jobs.runtime.errors import UnknownName
from jobs.runtime.folder_store import FolderStore
from jobs.runtime.gate import decide
from jobs.runtime.job import Execution
from jobs.runtime.profiles import load_profile
from jobs.simulation.simulator import SimulatorUnavailable
from tests.episodes.assets import admit, box, commit_asset, cylinder, write_asset

Commit = Callable[..., ManifestRef]
RunJob = Callable[..., Execution]


def hashes(*manifests: Manifest) -> dict[str, str]:
    """Of everything that belongs to an episode."""
    return {
        item.path: item.sha256
        for manifest in manifests
        for item in manifest.artifacts
        if item.path.startswith("episodes/")
    }


def values(manifest: Manifest, check: str) -> list[float | None]:
    return [result.value for result in manifest.checks if result.name == check]


def test_box_is_picked_in_four_of_five_episodes(commit: Commit, run_job: RunJob) -> None:
    manifest = run_job(commit(box((0.05, 0.04, 0.06))), episode_count=5).manifest
    assert sum(value == 1.0 for value in values(manifest, "episode_success")) >= 4
    assert values(manifest, "replay_exact") == [1.0] * 5
    assert decide(manifest, load_profile("demo")).passed


def test_lying_cylinder_is_picked_in_four_of_five_episodes(commit: Commit, run_job: RunJob) -> None:
    lying = ((0.5**0.5, 0.5**0.5, 0.0, 0.0),)
    manifest = run_job(commit(cylinder(0.025, 0.09), 0.3, poses=lying), episode_count=5).manifest
    assert sum(value == 1.0 for value in values(manifest, "episode_success")) >= 4


def test_object_wider_than_the_gripper_is_an_honest_failure(
    commit: Commit, run_job: RunJob, store: FolderStore
) -> None:
    manifest = run_job(commit(box((0.16, 0.15, 0.14))), episode_count=2).manifest
    episodes = [
        Episode.from_json(read_artifact(store, manifest, item)) for item in manifest.of_kind("episode/document")
    ]
    assert [episode.failure for episode in episodes] == ["no_grasp_found"] * 2
    assert all(0 < episode.frames < 20 for episode in episodes)
    assert values(manifest, "episode_success") == [0.0, 0.0]
    assert values(manifest, "success_rate") == [0.0]
    assert manifest.provenance.warnings == ("2 of 2 episodes failed: 2 no_grasp_found",)


def test_how_episodes_are_sharded_does_not_change_a_byte(commit: Commit, run_job: RunJob) -> None:
    asset = commit(box((0.05, 0.04, 0.06)))
    whole = run_job(asset, episode_count=3).manifest
    shards = [run_job(asset, first_episode=index, episode_count=1).manifest for index in range(3)]
    assert hashes(whole) == hashes(*shards)
    assert len(hashes(whole)) == 3 * 5


def test_another_seed_gives_other_episodes(commit: Commit, run_job: RunJob) -> None:
    asset = commit(box((0.16, 0.15, 0.14)))
    first, second = (run_job(asset, seed=seed).manifest for seed in (0, 1))
    trajectory = "episodes/000000/trajectory.npz"
    assert hashes(first)[trajectory] != hashes(second)[trajectory]


def test_episode_files_hold_what_the_contract_says(
    commit: Commit, run_job: RunJob, store: FolderStore, tmp_path: Path
) -> None:
    manifest = run_job(commit(box((0.05, 0.04, 0.06)))).manifest
    by_kind = {item.kind: item for item in manifest.artifacts}
    episode = Episode.from_json(read_artifact(store, manifest, by_kind["episode/document"]))
    frames = episode.frames
    with np.load(store.uri + "/" + paths.artifact(manifest, by_kind["episode/trajectory"])) as arrays:
        assert arrays["timestamp"].tolist() == [index / 20 for index in range(frames)]
        assert arrays["state"].shape == (frames, len(STATE_NAMES))
        assert arrays["action"].shape == (frames, len(ACTION_NAMES))
        assert arrays["state"].dtype == arrays["action"].dtype == np.float32
        assert arrays["simulator_state"].shape[0] == frames + 1
        assert arrays["control"].dtype == np.float64
        assert np.allclose(arrays["control"], arrays["action"], atol=1e-6)
        assert np.allclose(np.linalg.norm(arrays["state"][:, 12:], axis=1), 1.0, atol=1e-6)
    assert episode.state_names == STATE_NAMES
    assert episode.action_names == ACTION_NAMES
    assert episode.simulator.simulator == "mujoco"
    assert episode.simulator.refused == {}
    with Image.open(store.uri + "/" + paths.artifact(manifest, by_kind["episode/preview"])) as preview:
        assert preview.width > 5 * preview.height / 2


def test_request_of_a_gpu_profile_is_refused_before_any_work(
    commit: Commit, run_job: RunJob, store: FolderStore
) -> None:
    asset = commit(box((0.05, 0.04, 0.06)))
    admit(store, asset, "production")
    with pytest.raises(SimulatorUnavailable, match="mujoco: the profile admits isaac_sim") as refusal:
        run_job(asset, profile="production", simulators=("mujoco", "mujoco_warp"))
    assert refusal.value.exit_code == 69


def test_unknown_simulator_is_bad_input(commit: Commit, run_job: RunJob) -> None:
    with pytest.raises(UnknownName, match="mujoko"):
        run_job(commit(box((0.05, 0.04, 0.06))), simulators=("mujoko",))


def test_action_must_end_with_a_physics_step(commit: Commit, run_job: RunJob) -> None:
    with pytest.raises(UnevenRate, match="whole number"):
        run_job(commit(box((0.05, 0.04, 0.06))), recording={"fps": 30, "timestep_s": 0.002})


@pytest.mark.parametrize(
    ("damage", "seen"),
    [
        ("document", "is no asset document"),
        ("xml", "is rejected by MuJoCo"),
        ("name", "has no single free body"),
        ("collider", "has colliders of kind ellipsoid"),
    ],
)
def test_asset_that_simready_would_not_make_is_refused(
    damage: str, seen: str, tmp_path: Path, store: FolderStore, run_job: RunJob
) -> None:
    document, model = write_asset(tmp_path / "asset", "thing", box((0.05, 0.04, 0.06)), 0.1)
    if damage == "document":
        document.write_text(json.dumps({"schema_version": 1}))
    elif damage == "xml":
        model.write_text("<mujoco><nonsense/></mujoco>")
    elif damage == "name":
        model.write_text(model.read_text().replace('body name="thing"', 'body name="other"'))
    else:
        model.write_text(
            model.read_text().replace('type="mesh" mesh="hull_0" group="3"', 'type="ellipsoid" size=".1 .1 .1"')
        )
    with pytest.raises(AssetUnusable, match=seen):
        run_job(commit_asset(store, tmp_path / "asset"))


def test_asset_without_model_is_refused(tmp_path: Path, store: FolderStore, run_job: RunJob) -> None:
    _, model = write_asset(tmp_path / "asset", "thing", box((0.05, 0.04, 0.06)), 0.1)
    model.unlink()
    with pytest.raises(AssetUnusable, match="0 MJCF models"):
        run_job(commit_asset(store, tmp_path / "asset"))
