"""How findings and outcomes are told, the same in the Prefect UI, on the scene's page and on a terminal."""

from __future__ import annotations

from jobs.contracts.profile import Finding, Requirement
from jobs.contracts.run import StageOutcome

RESULTS = {True: "passed", False: "REJECTED", None: "FAILED"}
"""By whether a gate let it through; None: there was nothing to judge."""


def tell_time(stage: StageOutcome) -> str:
    """What a job took in this run."""
    return "reused" if stage.reused else f"{stage.wall_s:.1f} s"


def tell_value(finding: Finding) -> str:
    """What was measured, in five digits."""
    return "not measured" if finding.value is None else f"{finding.value:.5g}"


def tell_bounds(required: Requirement) -> str:
    """What the profile requires, such as `>= 0.6` or `1 .. 5 on cuda`."""
    low, high = required.at_least, required.at_most
    if low is not None and high is not None:
        bounds = f"= {low:g}" if low == high else f"{low:g} .. {high:g}"
    else:
        bounds = f">= {low:g}" if low is not None else f"<= {high:g}"
    return f"{bounds} on {required.device}" if required.device else bounds
