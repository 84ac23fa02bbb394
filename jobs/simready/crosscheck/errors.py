"""What can go wrong in another simulator."""

from __future__ import annotations

from jobs.runtime.errors import SimfoundryError
from jobs.simready.errors import tell_death


class PeerFailed(SimfoundryError):
    """It gave no result: its checks are errors, and a gate that requires them rejects."""


class NewtonCrashed(PeerFailed):
    def __init__(self, exit_code: int, last_words: str) -> None:
        super().__init__(f"Newton died with {tell_death(exit_code, last_words)}; nothing of it counts as seen.")


class NewtonTimedOut(PeerFailed):
    def __init__(self, limit_s: float) -> None:
        super().__init__(
            f"Newton was not done within {limit_s:g} s and was stopped; nothing of it counts as seen. Raise "
            "crosscheck.time_limit_s if the object needs it."
        )


class NewtonUnreadable(PeerFailed):
    def __init__(self, problem: str) -> None:
        super().__init__(f"Newton's result cannot be read: {problem}; nothing of it counts as seen.")
