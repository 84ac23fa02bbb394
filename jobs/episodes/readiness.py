"""Which simulators can be used here, found out by using them."""

from __future__ import annotations

from jobs.contracts.report import Readiness
from jobs.simulation.selection import probe_simulators


def probe() -> tuple[Readiness, ...]:
    """Every simulator that a profile may name, those included that this version has no implementation for."""
    return probe_simulators()
