"""Usage is physical, and children count."""

from __future__ import annotations

import subprocess
import sys

from jobs.runtime.meter import Meter

BURN = "x = 0\nfor i in range(2_000_000): x += i"
FAT_BYTES = 300_000_000


def test_the_work_of_a_child_is_counted() -> None:
    meter = Meter()
    subprocess.run([sys.executable, "-c", BURN], check=True)
    used = meter.usage(bytes_read=3, bytes_written=5)
    assert used.cpu_s > 0.02
    assert used.wall_s >= 0
    assert used.peak_memory_bytes > 1_000_000
    assert (used.bytes_read, used.bytes_written) == (3, 5)


def test_what_nobody_measured_is_absent() -> None:
    assert Meter().usage(0, 0).gpu_s is None


def test_a_job_is_not_charged_for_the_memory_of_what_started_it() -> None:
    ballast = bytearray(FAT_BYTES)
    code = "from jobs.runtime.meter import Meter; print(Meter().usage(0, 0).peak_memory_bytes)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert 1e6 < int(said) < len(ballast)
