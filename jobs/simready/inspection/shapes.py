"""What is seen of bodies and what collides: sound, convex, in the same place, and clear of each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

import numpy as np
from manifold3d import Manifold, OpType
from numpy.typing import NDArray

from jobs.contracts.inspection import InspectionSettings
from jobs.contracts.simready import Asset
from jobs.geometry.closed import compute_volume_m3
from jobs.simready.authoring.parts import body_name
from jobs.simready.inspection.body import Body, Surface, corners_of, size_of
from jobs.simready.inspection.violation import Violation


def inspect_surfaces(body: Body) -> Iterator[Violation]:
    """Points are numbers, faces refer to them, and a closed surface encloses its volume instead of excluding it."""
    for surface in body.surfaces:
        if not surface.sound:
            what = "has no faces, points that are not numbers, or faces of points that are not there"
            yield Violation("static_meshes", surface.where, what)
        elif not surface.open_edges and compute_volume_m3(surface.mesh) < 0:
            yield Violation("static_meshes", surface.where, "is inside out: its faces look inward")


def inspect_hulls(body: Body, max_vertices: int, settings: InspectionSettings) -> Iterator[Violation]:
    """Colliders are convex, of few vertices, and not flat."""
    for surface in body.colliders:
        vertices = len(np.unique(surface.points_m, axis=0))
        if vertices > max_vertices and not surface.primitive:
            what = f"has {vertices} vertices; simulators take at most {max_vertices} of a convex hull"
            yield Violation("static_hulls", surface.where, what)
        size_m = size_of([surface.points_m])
        thickness_m = _thickness(surface)
        if not thickness_m > settings.thickness * size_m:
            yield Violation("static_hulls", surface.where, f"is flat: {1000 * thickness_m:.3g} mm thick")
        elif not surface.open_edges:
            missing = 1 - abs(compute_volume_m3(surface.mesh)) / surface.hull.volume()
            if missing > settings.convexity:
                what = f"is not convex: its hull has {100 * missing:.3g} % more in it"
                yield Violation("static_hulls", surface.where, what)
        else:
            what = f"does not enclose a volume: {surface.open_edges} open edges"
            yield Violation("static_hulls", surface.where, what)


def inspect_alignment(body: Body, settings: InspectionSettings) -> Iterator[Violation]:
    """What collides is where what is seen is."""
    if not (body.visuals and body.colliders):
        return
    seen, felt = _bounds(body.visuals), _bounds(body.colliders)
    off = float(np.abs(seen - felt).max()) / float(np.linalg.norm(seen[1] - seen[0]))
    if off > settings.alignment:
        what = f"collides {100 * off:.3g} % of its diagonal from where it is seen"
        yield Violation("static_alignment", body.where, what)


def inspect_overlap(bodies: Sequence[Body], asset: Asset, settings: InspectionSettings) -> Iterator[Violation]:
    """No body stands within another."""
    joined = {frozenset((joint.parent, joint.child)) for joint in asset.joints}
    solids = [(body, _occupied(body)) for body in bodies if body.colliders]
    for (one, solid), (other, another) in combinations(solids, 2):
        common = (solid ^ another).volume() / min(solid.volume(), another.volume())
        ends = frozenset((_link(one, asset), _link(other, asset)))
        if common > (settings.joined_overlap if ends in joined else settings.overlap):
            what = f"shares {100 * common:.3g} % of the smaller one's volume with {other.name}"
            yield Violation("static_overlap", one.where, what)


def inspect_collider_count(fmt: str, bodies: Collection[Body], asset: Asset) -> Iterator[Violation]:
    """As many colliders as the asset has, and no body without. URDF spells a capsule as a cylinder and two balls."""
    for body in bodies:
        if not body.colliders:
            yield Violation("static_colliders", body.where, "has nothing that collides; it falls through everything")
    count, expected = sum(len(body.colliders) for body in bodies), sum(link.colliders for link in asset.links)
    if not expected <= count <= (3 if fmt == "urdf" else 1) * expected:
        yield Violation("static_colliders", fmt, f"has {count} shapes that collide; the asset has {expected}")


def _link(body: Body, asset: Asset) -> str:
    """Which of the asset's links a body is, by what the formats call it; its own name if none."""
    called = body.name.rsplit("/", 1)[-1]
    names = {name: link.name for link in asset.links for name in (link.name, body_name(asset, link.name))}
    prims = {name.replace("-", "_"): link for name, link in names.items()}
    return names.get(called, prims.get(called, called))


def _occupied(body: Body) -> Manifold:
    if body.solid is not None:
        return body.solid
    return Manifold.batch_boolean([surface.hull for surface in body.colliders], OpType.Add)


def _bounds(surfaces: Sequence[Surface]) -> NDArray[np.float64]:
    """(2, 3) [m]"""
    points_m = np.concatenate([surface.points_m for surface in surfaces])
    return np.array([points_m.min(axis=0), points_m.max(axis=0)])


def _thickness(surface: Surface) -> float:
    """Extent along the direction in which the hull's corners spread least [m]; 0 where they span no volume."""
    corners = corners_of(surface.hull)
    if len(corners) < 4:
        return 0.0
    _, _, axes = np.linalg.svd(corners - corners.mean(axis=0), full_matrices=False)
    return float(np.ptp(corners @ axes[2]))
