"""`--probe` of the episodes job."""

from __future__ import annotations

from jobs.episodes.readiness import probe


def test_probe_reports_what_runs_here_and_what_does_not() -> None:
    reports = {report.name: report for report in probe()}
    assert reports["mujoco"].ready
    assert {"isaac_sim", "genie_sim", "mujoco_warp"} < set(reports)
    assert all(report.ready or report.detail for report in reports.values())
