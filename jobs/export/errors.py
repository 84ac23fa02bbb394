"""What can be wrong with recorded episodes."""

from __future__ import annotations

from collections.abc import Mapping

from jobs.runtime.errors import BadInput


class MixedEpisodes(BadInput):
    """Episodes that one dataset cannot hold together."""

    def __init__(self, what: str, seen: Mapping[str, str]) -> None:
        values = "; ".join(f"{value} in {where}" for value, where in seen.items())
        super().__init__(
            f"The episodes differ in {what}: {values}. One dataset holds one {what}; export each kind on its own."
        )


class RepeatedEpisode(BadInput):
    def __init__(self, label: str) -> None:
        super().__init__(f"{label} was given more than once. Name each shard once, and let no two shards overlap.")


class IncompleteEpisode(BadInput):
    def __init__(self, label: str, missing: str) -> None:
        super().__init__(f"{label} has no {missing} beside its episode.json. Run the episodes job again.")


class UnreadableRecording(BadInput):
    """A file of a recorded episode that does not hold what its document says."""

    def __init__(self, label: str, file: str, seen: str, expected: str) -> None:
        super().__init__(f"{label}: {file} holds {seen}, expected {expected}. Run the episodes job again.")


class NoEpisodes(BadInput):
    def __init__(self, name: str) -> None:
        super().__init__(f"The shards for dataset '{name}' hold no episode at all. Name outputs of the episodes job.")
