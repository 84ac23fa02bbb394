"""Physical usage of one execution, children included."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from jobs.contracts.manifest import Usage

_STATUS = Path("/proc/self/status")


class Meter:
    """Starts when it is made."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._cpu_s = _cpu_seconds()

    def usage(self, bytes_read: int, bytes_written: int, external_calls: int = 0) -> Usage:
        """What was used since the meter was made. GPU time is absent: nothing here measures it."""
        return Usage(
            wall_s=time.monotonic() - self._started,
            cpu_s=_cpu_seconds() - self._cpu_s,
            peak_memory_bytes=_peak_memory_bytes(),
            bytes_read=bytes_read,
            bytes_written=bytes_written,
            external_calls=external_calls,
        )


def _cpu_seconds() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def _peak_memory_bytes() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return max(_own_peak_bytes(unit), unit * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def _own_peak_bytes(unit: int) -> int:
    """Where Linux tells, since this program began: `ru_maxrss` outlives exec, so it begins with the parent's peak."""
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
