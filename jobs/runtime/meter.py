"""Physical usage of one execution, children included."""

from __future__ import annotations

import resource
import sys
import time

from jobs.contracts.manifest import Usage


class Meter:
    """Starts when it is made."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._cpu_s = _cpu_seconds()

    def usage(self, bytes_read: int, bytes_written: int) -> Usage:
        """What was used since the meter was made. GPU time is absent: nothing here measures it."""
        return Usage(
            wall_s=time.monotonic() - self._started,
            cpu_s=_cpu_seconds() - self._cpu_s,
            peak_memory_bytes=_peak_memory_bytes(),
            bytes_read=bytes_read,
            bytes_written=bytes_written,
        )


def _cpu_seconds() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def _peak_memory_bytes() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
