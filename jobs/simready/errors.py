"""What can go wrong in this job."""

from __future__ import annotations

import signal
from collections.abc import Iterable

from jobs.runtime.errors import BadInput, SimfoundryError, UnknownName


class UnknownMaterial(UnknownName):
    """A material that the table does not hold."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__("material", name, known)


class UnknownCategory(UnknownName):
    """A kind of thing that the table does not hold."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__("category", name, known)


class CrossesItself(BadInput):
    """A closed surface of which nobody can say what it encloses."""

    def __init__(self, name: str, crossings: int, why: str) -> None:
        super().__init__(
            f"'{name}' passes through itself: {crossings:,} pairs of faces cross each other; {why}. "
            "Mend the mesh and export it again, or raise repair.rebuild_cells or repair.max_rebuild_distance."
        )


class DecompositionFailed(SimfoundryError):
    """A convex decomposition gave nothing; the cascade goes on without it and says so."""


class DecompositionEmpty(DecompositionFailed):
    def __init__(self, method: str) -> None:
        super().__init__(f"Convex decomposition '{method}' gave no hull with a volume; it is left out.")


class DecompositionCrashed(DecompositionFailed):
    def __init__(self, method: str, exit_code: int, last_words: str) -> None:
        how = tell_death(exit_code, last_words)
        super().__init__(f"Convex decomposition '{method}' died with {how}; its result is left out.")


class DecompositionTimedOut(DecompositionFailed):
    def __init__(self, method: str, limit_s: float) -> None:
        super().__init__(
            f"Convex decomposition '{method}' was not done within {limit_s:g} s and was stopped; its result is left "
            "out. Raise colliders.time_limit_s if the object needs it."
        )


class ValidatorFailed(SimfoundryError):
    """A validator of the standard gave no result: its checks are errors, and a gate that requires them rejects."""


class ValidatorCrashed(ValidatorFailed):
    def __init__(self, exit_code: int, last_words: str) -> None:
        how = tell_death(exit_code, last_words)
        super().__init__(f"The validators of the USD package died with {how}; nothing of it counts as valid.")


class ValidatorTimedOut(ValidatorFailed):
    def __init__(self, limit_s: float) -> None:
        super().__init__(
            f"The validators of the USD package were not done within {limit_s:g} s and were stopped; nothing of it "
            "counts as valid. Raise standard.time_limit_s if the object needs it."
        )


def tell_death(exit_code: int, last_words: str) -> str:
    """How a process ended, and what it said last."""
    how = signal.Signals(-exit_code).name if exit_code < 0 else f"exit code {exit_code}"
    return f"{how} ({last_words})" if last_words else how
