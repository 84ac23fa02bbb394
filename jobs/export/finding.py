"""What re-opening a dataset brings to light."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import av.error
import pyarrow as pa

_DAMAGE = (OSError, EOFError, ValueError, LookupError, TypeError, pa.ArrowException, av.error.FFmpegError)


@dataclass
class Reopening:
    """Every mismatch, and how much was compared. `psnr_db`: the worst frame; None if none could be compared."""

    problems: list[str] = field(default_factory=list[str])
    equal_rows: int = 0
    expected_frames: int = 0
    compared_frames: int = 0
    psnr_db: float | None = None

    @contextmanager
    def noting(self, what: str) -> Iterator[None]:
        """What a damaged file makes its library raise is a finding here: the rest is still looked at."""
        try:
            yield
        except _DAMAGE as error:
            self.problems.append(f"{what}: {type(error).__name__}: {error}")

    def expect(self, what: str, seen: object, expected: object) -> None:
        if seen != expected:
            self.problems.append(f"{what} is {_brief(seen)}, expected {_brief(expected)}")

    def expect_within(self, what: str, seen: float, expected: float, tolerance: float) -> None:
        if not abs(seen - expected) <= tolerance:
            self.problems.append(f"{what} is {seen:.6g}, expected {expected:.6g} within {tolerance:g}")

    def expect_statistics(self, where: str, wrong: Iterable[str]) -> None:
        names = ", ".join(wrong)
        if names:
            self.problems.append(f"{where}: wrong statistics: {names}")

    def merge(self, other: Reopening) -> None:
        """Add what was found elsewhere, in another thread perhaps."""
        self.problems += other.problems
        self.equal_rows += other.equal_rows
        self.expected_frames += other.expected_frames
        self.compared_frames += other.compared_frames
        measured = [value for value in (self.psnr_db, other.psnr_db) if value is not None]
        self.psnr_db = min(measured, default=None)

    def saw_frame(self, psnr_db: float) -> None:
        self.psnr_db = psnr_db if self.psnr_db is None else min(self.psnr_db, psnr_db)
        self.compared_frames += 1


def _brief(value: object) -> str:
    text = str(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
