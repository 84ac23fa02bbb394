"""What USD, MJCF and URDF are authored from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jobs.contracts.simready import Asset, Link
from jobs.simready.appearance.visual import Visual
from jobs.simready.collision.shape import Shape

UNCOLOURED_RGB = (0.6, 0.6, 0.6)

PlaceFile = Callable[[str, str], Path]
"""(artifact kind, path in the output) to a path to write to; `Workspace.output` is one."""


@dataclass(frozen=True)
class LinkParts:
    """One link: its properties, the mesh that is seen and the convex shapes that collide, all in the object frame."""

    link: Link
    visual: Visual
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class Parts:
    """One asset, link by link, the base first."""

    asset: Asset
    links: tuple[LinkParts, ...]

    @property
    def base(self) -> LinkParts:
        return self.links[0]
