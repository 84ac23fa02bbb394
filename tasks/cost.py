"""The only place that knows prices."""

from __future__ import annotations

from collections.abc import Iterable

from jobs.contracts.manifest import Usage
from tasks.settings import OperatorSettings


def compute_cost(usages: Iterable[Usage], settings: OperatorSettings) -> float | None:
    """Price of the CPU time used, in the operator's currency; None when no price was set."""
    if settings.cpu_hour_price is None:
        return None
    return sum(usage.cpu_s for usage in usages) / 3600 * settings.cpu_hour_price


def describe_cost(usages: Iterable[Usage], settings: OperatorSettings) -> str:
    """What was used and, where a price is known, what that cost."""
    used = tuple(usages)
    time_used = f"{sum(usage.cpu_s for usage in used):.1f} CPU s"
    cost = compute_cost(used, settings)
    return time_used if cost is None else f"{time_used}, {cost:.4f} {settings.currency}"
