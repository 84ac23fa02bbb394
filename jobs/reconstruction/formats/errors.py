"""What can go wrong with a format beside the authoritative one."""

from __future__ import annotations

from jobs.runtime.errors import SimfoundryError, Unavailable


class FormatUnavailable(Unavailable):
    def __init__(self, name: str, seen: str, remedy: str) -> None:
        super().__init__(f"The format '{name}' cannot be written here: {seen}. {remedy} Or leave it out of 'formats'.")
        self.seen = seen
        self.remedy = remedy


class FormatMismatch(SimfoundryError):
    """What was read back is not what was written."""

    def __init__(self, name: str, seen: str) -> None:
        super().__init__(
            f"The mesh was written as '{name}', and read back it is another one: {seen}. Nothing was kept. "
            "Leave the format out of 'formats', and report it."
        )
