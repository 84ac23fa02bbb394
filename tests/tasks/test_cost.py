"""Only an operator who states a price gets one."""

import pytest

from jobs.contracts.manifest import Usage
from tasks.cost import compute_cost, describe_cost
from tasks.settings import OperatorSettings

HOUR = Usage(wall_s=3600, cpu_s=3600, peak_memory_bytes=1, bytes_read=0, bytes_written=0)


def settings(price: float | None) -> OperatorSettings:
    return OperatorSettings("store", 2, 60.0, price, "EUR")


def test_two_cpu_hours_cost_twice_the_price_of_one():
    assert compute_cost([HOUR, HOUR], settings(0.05)) == pytest.approx(0.10)


def test_without_a_price_the_cost_is_absent_not_zero():
    assert compute_cost([HOUR], settings(None)) is None
    assert describe_cost([HOUR], settings(None)) == "3600.0 CPU s"


def test_the_currency_is_named():
    assert describe_cost([HOUR], settings(0.05)) == "3600.0 CPU s, 0.0500 EUR"
