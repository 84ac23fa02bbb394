"""How alike two closed meshes are: what reconstructions are held against."""

from __future__ import annotations

import trimesh

from jobs.geometry.closed import to_manifold


def compute_volume_iou(one: trimesh.Trimesh, other: trimesh.Trimesh) -> float:
    """Volume of the intersection over that of the union, by exact booleans of closed meshes.

    Raises:
        OpenMesh: One of them encloses no volume.
    """
    a, b = to_manifold(one, "the first mesh"), to_manifold(other, "the second mesh")
    common = (a ^ b).volume()
    return common / (a.volume() + b.volume() - common)
