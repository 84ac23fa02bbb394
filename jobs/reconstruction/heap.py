"""Memory that was freed, given back to the system."""

from __future__ import annotations

import ctypes


def trim_heap() -> None:
    """Where the C library can (glibc): it keeps the large blocks that OpenCV's threads have freed, some hundred MB."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
