"""Rolls out episodes of one task with one asset, in a simulator that was proven present."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from jobs.contracts.check import CheckResult
from jobs.contracts.episodes import Episode, EpisodesRequest
from jobs.contracts.manifest import Manifest, Provenance
from jobs.episodes.asset import TableObject, open_asset
from jobs.episodes.checks import check_episode, check_success_rate
from jobs.episodes.kinematics import ArmKinematics
from jobs.episodes.recording import open_footage, publish_episode
from jobs.episodes.replay import count_exact_states
from jobs.episodes.rollout import episode_seed, run_episode, steps_per_action
from jobs.episodes.scene import author_scene
from jobs.runtime.profiles import load_profile
from jobs.runtime.workspace import Workspace
from jobs.simulation.selection import Selection, select_simulator


def run(request: EpisodesRequest, workspace: Workspace) -> Manifest:
    """See `EpisodesRequest`.

    Raises:
        SimulatorUnavailable: None of the requested simulators may and can run here.
        AssetUnusable: The asset is not what the simready job makes.
        UnevenRate: An action would end in the middle of a physics step.
    """
    steps_per_action(request.recording)
    workspace.progress("select simulator")
    selection = select_simulator(request.simulators, load_profile(request.profile))
    item = open_asset(workspace, request.asset)
    scene = author_scene(item, workspace.scratch("scene") / "scene.xml")
    episodes, checks = _roll_out(request, workspace, selection, item, scene)
    return workspace.manifest(
        request,
        (*checks, check_success_rate(item.name, episodes)),
        Provenance(
            maker=selection.simulator.name,
            seed=request.seed,
            sources={file.path: file.sha256 for file in workspace.manifests[request.asset].of_kind("asset/document")},
            versions={selection.simulator.name: episodes[0].simulator.version},
            warnings=_warnings(episodes, selection),
        ),
    )


def _roll_out(
    request: EpisodesRequest, workspace: Workspace, selection: Selection, item: TableObject, scene: Path
) -> tuple[list[Episode], list[CheckResult]]:
    episodes: list[Episode] = []
    checks: list[CheckResult] = []
    arm = ArmKinematics()
    simulation = selection.simulator.load(scene, request.recording.timestep_s)
    try:
        stamp = selection.stamp(simulation)
        for done in range(request.episode_count):
            workspace.progress("episodes", done, request.episode_count)
            index = request.first_episode + done
            with open_footage(workspace, request, index) as footage:
                seed = episode_seed(request, item, index)
                rollout, outcome = run_episode(simulation, arm, item, request.recording, seed, footage)
            episodes.append(publish_episode(workspace, request, item, index, rollout, outcome, footage, stamp))
            exact = _replay(request, selection, scene, rollout.simulator_state, rollout.control)
            checks += check_episode(episodes[-1], rollout, footage, exact)
    finally:
        simulation.close()
    return episodes, checks


def _replay(
    request: EpisodesRequest, selection: Selection, scene: Path, states: Sequence[object], controls: Sequence[object]
) -> int:
    fresh = selection.simulator.load(scene, request.recording.timestep_s)
    try:
        return count_exact_states(fresh, np.array(states), np.array(controls), steps_per_action(request.recording))
    finally:
        fresh.close()


def _warnings(episodes: Sequence[Episode], selection: Selection) -> tuple[str, ...]:
    passed_over = tuple(f"simulator {name} was passed over: {why}" for name, why in selection.refused.items())
    failures = Counter(episode.failure for episode in episodes if episode.failure)
    if not failures:
        return passed_over
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(failures.items()))
    return (*passed_over, f"{failures.total()} of {len(episodes)} episodes failed: {reasons}")
