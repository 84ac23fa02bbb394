"""What is measured about an asset, beside the parity of its files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import trimesh
from manifold3d import Manifold

from jobs.contracts.check import CheckResult
from jobs.contracts.simready import Asset, Link
from jobs.geometry.closed import is_closed_volume
from jobs.simready.authoring.parts import Parts
from jobs.simready.checks.settle import Rest
from jobs.simready.collision.colliders import Colliders
from jobs.simready.link import BuiltLink
from jobs.simready.physics.mass import is_physical

_INSIDE = 1e-6


def check_links(parts: Parts, built: Sequence[BuiltLink]) -> tuple[CheckResult, ...]:
    """Each link by itself, under the name that simulators know it by."""
    pairs = list(zip(parts.asset.links, built, strict=True))
    return (
        *(check for link, of in pairs for check in _check_body(parts.body(link), link, of.piece.mesh)),
        *(check for link, of in pairs for check in _check_colliders(parts.body(link), of.colliders)),
    )


def _check_body(subject: str, link: Link, mesh: trimesh.Trimesh) -> tuple[CheckResult, ...]:
    """Closed volume, an inertia that can exist, and a centre of mass inside the convex hull."""
    inside = _is_inside_hull(np.array(link.center_of_mass_m), np.asarray(mesh.vertices, np.float64))
    physical = is_physical(np.array(link.inertia_kg_m2))
    return (
        CheckResult(name="closed_volume", subject=subject, value=float(is_closed_volume(mesh))),
        CheckResult(name="inertia_physical", subject=subject, value=float(physical)),
        CheckResult(name="com_inside_hull", subject=subject, value=float(inside)),
    )


def _check_colliders(subject: str, colliders: Colliders) -> tuple[CheckResult, ...]:
    """How well the colliders fit the link, and what contacts with them cost."""
    fit = colliders.fit
    made = f"{len(colliders.shapes)} by {colliders.method}"
    out_mm, short_mm = (1000 * fit.diagonal_m * most for most in (fit.protrusion_most, fit.gap_most))
    told = {
        "collider_iou": (fit.iou, made),
        "collider_protrusion": (fit.protrusion, f"{made}, {out_mm:.2f} mm at most"),
        "collider_gap": (fit.gap, f"{made}, {short_mm:.2f} mm at most"),
        "cavity_filled": (fit.cavity_filled, made),
        "collider_vertices": (float(colliders.vertices), made),
    }
    return tuple(
        CheckResult(name=name, subject=subject, value=value, detail=detail) for name, (value, detail) in told.items()
    )


def check_settling(asset: Asset, rests: Sequence[Rest | None]) -> tuple[CheckResult, ...]:
    """Share of the drops that ended at rest, and the deepest penetration there as part of the shortest extent."""
    settled = [rest for rest in rests if rest is not None]
    rate = CheckResult(
        name="settle_rate",
        subject=asset.name,
        value=len(settled) / len(rests),
        detail=f"{len(settled)} of {len(rests)} drops came to rest",
    )
    if not settled:
        nowhere = CheckResult(name="rest_penetration", subject=asset.name, error="it never came to rest")
        return rate, nowhere
    deepest_m = max(rest.penetration_m for rest in settled)
    value = deepest_m / min(asset.extents_m)
    detail = f"{1000 * deepest_m:.3f} mm"
    return rate, CheckResult(name="rest_penetration", subject=asset.name, value=value, detail=detail)


def _is_inside_hull(point_m: np.ndarray, vertices_m: np.ndarray) -> bool:
    hull = Manifold.hull_points(vertices_m)
    corners = np.asarray(hull.to_mesh64().vert_properties, np.float64)[np.asarray(hull.to_mesh64().tri_verts, np.int64)]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    slack_m = _INSIDE * float(np.linalg.norm(np.ptp(vertices_m, axis=0)))
    return bool((np.einsum("ij,ij->i", normals, point_m - corners[:, 0]) <= slack_m).all())
