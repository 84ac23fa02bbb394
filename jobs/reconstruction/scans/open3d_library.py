"""The optional library that fuses, loaded on use."""

from __future__ import annotations

from types import ModuleType

from jobs.reconstruction.scans.errors import Open3dMissing


def load_open3d() -> ModuleType:
    """Raises: Open3dMissing."""
    try:
        import open3d
    except (ImportError, OSError) as error:
        raise Open3dMissing(str(error)) from error
    return open3d
