"""How far mending went."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.contracts.check import CheckResult
from jobs.contracts.repair import MeshRepair, RepairReport


def check_repair(report: RepairReport) -> tuple[CheckResult, ...]:
    """For each link: how far its surface moved, as part of the diagonal; whether it was closed before, and if so, by
    what share its volume changed."""
    return tuple(check for link, repair in sorted(report.links.items()) for check in _check(link, repair))


def _check(link: str, repair: MeshRepair) -> Iterator[CheckResult]:
    detail = "; ".join(repair.changes)
    yield CheckResult(name="repair_distance", subject=link, value=repair.distance, detail=detail)
    yield CheckResult(name="mesh_was_closed", subject=link, value=float(repair.volume_change is not None))
    if repair.volume_change is not None:
        yield CheckResult(name="repair_volume_change", subject=link, value=repair.volume_change, detail=detail)
