"""What USD, MJCF and URDF are authored from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import trimesh

from jobs.contracts.simready import Asset
from jobs.simready.visual import Visual

UNCOLOURED_RGB = (0.6, 0.6, 0.6)

PlaceFile = Callable[[str, str], Path]
"""(artifact kind, path in the output) to a path to write to; `Workspace.output` is one."""


@dataclass(frozen=True)
class Parts:
    """One asset: its properties, the mesh that is seen and the convex hulls that collide, all in the object frame."""

    asset: Asset
    visual: Visual
    hulls: tuple[trimesh.Trimesh, ...]
