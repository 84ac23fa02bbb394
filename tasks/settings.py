"""What an operator sets through the environment."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

from jobs.runtime.errors import BadInput

DEFAULT_STORE = "simfoundry-store"
DEFAULT_JOB_TIME_LIMIT_S = 3600.0


class SettingInvalid(BadInput):
    def __init__(self, name: str, value: str, least: float) -> None:
        super().__init__(f"The environment variable {name} is {value!r}. Set it to a number of at least {least:g}.")


@dataclass(frozen=True)
class OperatorSettings:
    """`parallel_jobs` run at once; each gets `job_time_limit_s`. `cpu_hour_price` is None when nobody said."""

    store: str
    parallel_jobs: int
    job_time_limit_s: float
    cpu_hour_price: float | None
    currency: str

    @classmethod
    def from_environment(cls) -> OperatorSettings:
        """Raises: SettingInvalid"""
        return cls(
            store=os.environ.get("SIMFOUNDRY_STORE") or str(Path.cwd() / DEFAULT_STORE),
            parallel_jobs=int(_number("SIMFOUNDRY_PARALLEL_JOBS", least=1) or os.cpu_count() or 1),
            job_time_limit_s=_number("SIMFOUNDRY_JOB_TIME_LIMIT_S", least=1) or DEFAULT_JOB_TIME_LIMIT_S,
            cpu_hour_price=_number("SIMFOUNDRY_CPU_HOUR_PRICE", least=0),
            currency=os.environ.get("SIMFOUNDRY_CURRENCY", "USD"),
        )


def _number(name: str, least: float) -> float | None:
    """None if it is not set."""
    value = os.environ.get(name)
    if not value:
        return None
    try:
        number = float(value)
    except ValueError as error:
        raise SettingInvalid(name, value, least) from error
    if not (math.isfinite(number) and number >= least):
        raise SettingInvalid(name, value, least)
    return number
