"""What USD, MJCF and URDF are authored from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jobs.contracts.grasps import Grasp
from jobs.contracts.simready import Asset, Joint, Link
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
    """One asset, link by link, the base first; and where it can be taken hold of."""

    asset: Asset
    links: tuple[LinkParts, ...]
    grasps: tuple[Grasp, ...] = ()

    @property
    def base(self) -> LinkParts:
        return self.links[0]

    def of(self, name: str) -> LinkParts:
        """The link of that name."""
        return next(part for part in self.links if part.link.name == name)

    def joints_below(self, link: Link) -> tuple[Joint, ...]:
        """Those that the link is the parent of."""
        return tuple(joint for joint in self.asset.joints if joint.parent == link.name)

    def prefix(self, link: Link) -> str:
        """What the names of a link's files and shapes begin with; nothing for the base."""
        return "" if link == self.base.link else f"{link.name}_"

    def body(self, link: Link) -> str:
        """What a simulator calls the link: the base as the asset, others `<asset>_<link>`, so that several assets go
        into one scene."""
        return body_name(self.asset, link.name)


def body_name(asset: Asset, link: str) -> str:
    """See `Parts.body`."""
    return asset.name if link == asset.links[0].name else f"{asset.name}_{link}"
