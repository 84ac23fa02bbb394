"""Several solids, some of them inside out, to one."""

from __future__ import annotations

from collections.abc import Sequence

import manifold3d
from manifold3d import Manifold

from jobs.simready.repair.surface import Changes, told

_CAVITY_INSIDE = 0.99
Part = tuple[Manifold, bool]
"""A solid, and whether its surface was inside out."""


def unite(parts: Sequence[Part]) -> tuple[Manifold, Changes]:
    """Union of the solids less the cavities: an inside-out surface is a cavity where a solid encloses it, else a
    solid that somebody turned inside out."""
    outward = [solid for solid, inverted in parts if not inverted]
    whole = Manifold.batch_boolean(outward, manifold3d.OpType.Add) if outward else Manifold()
    turned, cavities = [], []
    for solid in (solid for solid, inverted in parts if inverted):
        enclosed = not whole.is_empty() and (whole ^ solid).volume() >= _CAVITY_INSIDE * solid.volume()
        (cavities if enclosed else turned).append(solid)
    changes = told("turned {} surfaces inside out", len(turned))
    overlap = sum(solid.volume() for solid in (*outward, *turned))
    if turned:
        whole = Manifold.batch_boolean([*outward, *turned], manifold3d.OpType.Add)
    if overlap > whole.volume() * (1 + 1e-6):
        changes += (f"united {len(outward) + len(turned)} overlapping solids",)
    if cavities:
        whole = Manifold.batch_boolean([whole, *cavities], manifold3d.OpType.Subtract)
        changes += (f"kept {len(cavities)} cavities",)
    return whole, changes
