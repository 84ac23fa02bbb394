"""What an operator sets through the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DEFAULT_STORE = "simfoundry-store"


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
        price = os.environ.get("SIMFOUNDRY_CPU_HOUR_PRICE")
        return cls(
            store=os.environ.get("SIMFOUNDRY_STORE", str(Path.cwd() / DEFAULT_STORE)),
            parallel_jobs=int(os.environ.get("SIMFOUNDRY_PARALLEL_JOBS", os.cpu_count() or 1)),
            job_time_limit_s=float(os.environ.get("SIMFOUNDRY_JOB_TIME_LIMIT_S", "3600")),
            cpu_hour_price=float(price) if price else None,
            currency=os.environ.get("SIMFOUNDRY_CURRENCY", "USD"),
        )
