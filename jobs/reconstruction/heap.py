"""What the C library does with memory that was freed; where it can be told (glibc)."""

from __future__ import annotations

import ctypes

_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1
"""Names of settings, from glibc's malloc.h."""
_LARGEST_KEPT, _MOST_KEPT = 32 << 20, 256 << 20


def keep_heap() -> None:
    """Keep blocks for the next array instead of giving each back to the system, which hands it out again page by page,
    emptied: half of all page faults of a reconstruction were for that."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGEST_KEPT)
        mallopt(_TRIM_THRESHOLD, _MOST_KEPT)


def trim_heap() -> None:
    """Give back what is kept after all: the large blocks that OpenCV's threads have freed, some hundred MB."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
