"""How large a mesh is, whichever way it is turned."""

from __future__ import annotations

import trimesh


def compute_longest_extent_m(mesh: trimesh.Trimesh) -> float:
    """Longest side of the oriented bounding box of least volume [m].

    Source: O'Rourke 1985, "Finding minimal enclosing boxes"; here one side of the box lies on a face of the hull.
    """
    _, extents = trimesh.bounds.oriented_bounds(mesh, ordered=True)
    return float(max(extents))
