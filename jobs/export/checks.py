"""What the export job measures."""

from __future__ import annotations

from jobs.contracts.check import CheckResult
from jobs.contracts.export import DatasetSummary
from jobs.export.finding import Reopening

_SHOWN_PROBLEMS = 5
_NOTHING = "nothing to write: no episode was successful"


def measure(summary: DatasetSummary, reopening: Reopening | None) -> tuple[CheckResult, ...]:
    """All checks of a dataset; `reopening` is None when there was nothing to write."""
    successful = sum(episode.success for episode in summary.episodes)
    exported = sum(episode.dataset_index is not None for episode in summary.episodes)
    total = len(summary.episodes)
    return (
        *(_compared(summary, reopening) if reopening else _absent(summary)),
        _result(summary, "successful_episodes", successful, "episodes"),
        _result(summary, "success_rate", successful / total, detail=f"{successful} of {total} episodes"),
        _result(summary, "episodes_exported", exported, "episodes"),
    )


def _compared(summary: DatasetSummary, reopening: Reopening) -> tuple[CheckResult, ...]:
    rows = f"{reopening.equal_rows} of {summary.frames} rows equal the recording"
    return (
        _result(summary, "reopened", not reopening.problems, detail=_shorten(reopening.problems)),
        _result(summary, "rows_equal", reopening.equal_rows == summary.frames, detail=rows),
        _compared_frames(summary, reopening),
    )


def _compared_frames(summary: DatasetSummary, reopening: Reopening) -> CheckResult:
    if reopening.psnr_db is None or reopening.compared_frames != reopening.expected_frames:
        error = f"only {reopening.compared_frames} of {reopening.expected_frames} frames could be compared"
        return CheckResult(name="frame_psnr_db", subject=summary.name, error=error)
    detail = f"the worst of {reopening.compared_frames} frames"
    return _result(summary, "frame_psnr_db", reopening.psnr_db, "dB", detail)


def _absent(summary: DatasetSummary) -> tuple[CheckResult, ...]:
    names = ("reopened", "rows_equal", "frame_psnr_db")
    return tuple(CheckResult(name=name, subject=summary.name, error=_NOTHING) for name in names)


def _result(summary: DatasetSummary, name: str, value: float, unit: str = "", detail: str = "") -> CheckResult:
    return CheckResult(name=name, subject=summary.name, value=float(value), unit=unit, detail=detail)


def _shorten(problems: list[str]) -> str:
    more = len(problems) - _SHOWN_PROBLEMS
    return "; ".join(problems[:_SHOWN_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
