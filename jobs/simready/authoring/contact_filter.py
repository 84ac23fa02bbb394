"""Which links of an asset must not feel each other."""

from __future__ import annotations

from itertools import combinations

import manifold3d
from manifold3d import Manifold

from jobs.contracts.simready import Link
from jobs.geometry.closed import to_manifold
from jobs.simready.authoring.parts import LinkParts, Parts


def find_unfelt_pairs(parts: Parts) -> tuple[tuple[Link, Link], ...]:
    """The two links of each joint, whose limits keep them apart, and links whose colliders overlap with every joint at
    zero: convex shapes stand out of what they stand in for, and would push such links away from each other."""
    joined = {frozenset((joint.parent, joint.child)) for joint in parts.asset.joints}
    return tuple(
        (one.link, other.link)
        for one, other in combinations(parts.links, 2)
        if frozenset((one.link.name, other.link.name)) in joined or _overlap(one, other)
    )


def _overlap(one: LinkParts, other: LinkParts) -> bool:
    return not (_solid(one) ^ _solid(other)).is_empty()


def _solid(part: LinkParts) -> Manifold:
    shapes = [to_manifold(shape.mesh, part.link.name) for shape in part.shapes]
    return Manifold.batch_boolean(shapes, manifold3d.OpType.Add)
