"""What is measured on every episode. Good enough or not is the gate's business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from jobs.contracts.check import CheckResult
from jobs.contracts.episodes import Episode
from jobs.episodes.footage import Footage
from jobs.episodes.rollout import Rollout


def check_episode(
    episode: Episode, rollout: Rollout, footage: Mapping[str, Footage], exact_states: int
) -> tuple[CheckResult, ...]:
    """`exact_states`: how many states the replay reproduced."""
    arrays = (rollout.state, rollout.control, rollout.simulator_state)
    contrasts = {name: film.least_contrast for name, film in footage.items()}
    dullest = min(contrasts, key=lambda name: contrasts[name])
    replayed = f"{exact_states} of {rollout.frames} states came out bit for bit"
    visible = float(np.mean(np.array(rollout.visible) > 0))

    def measured(name: str, value: float, detail: str = "") -> CheckResult:
        subject, device = f"{episode.object}/{episode.index}", episode.simulator.device
        return CheckResult(name=name, subject=subject, value=value, device=device, detail=detail)

    return (
        measured("replay_exact", float(exact_states == rollout.frames), replayed),
        measured("states_finite", float(all(np.isfinite(np.array(array)).all() for array in arrays))),
        measured("image_contrast", contrasts[dullest], f"least of all frames, camera '{dullest}'"),
        measured("object_visible", visible, "share of every fourth frame of the front camera"),
        measured("episode_success", float(episode.success), episode.failure or ""),
    )


def check_success_rate(name: str, episodes: Sequence[Episode]) -> CheckResult:
    """Of the episodes of one object."""
    succeeded = sum(episode.success for episode in episodes)
    return CheckResult(
        name="success_rate",
        subject=name,
        value=succeeded / len(episodes),
        device=episodes[0].simulator.device,
        detail=f"{succeeded} of {len(episodes)} episodes",
    )
