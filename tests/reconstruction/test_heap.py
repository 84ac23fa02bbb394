"""Memory that is freed and taken again."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_TAKE_AND_FREE = """
import resource
import numpy as np
from jobs.reconstruction.heap import keep_heap
if {kept}:
    keep_heap()
for _ in range(2):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(50):
        [np.ones(1 << 20) for _ in range(6)]
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def count_page_faults(kept: bool) -> int:
    code = _TAKE_AND_FREE.format(kept=kept)
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told what to keep")
def test_blocks_that_were_freed_are_taken_again_without_page_faults() -> None:
    assert count_page_faults(kept=True) < 0.1 * count_page_faults(kept=False)
