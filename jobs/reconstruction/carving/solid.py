"""A surface as marching cubes left it, to the closed solid that is delivered."""

from __future__ import annotations

import manifold3d
import numpy as np
import trimesh

from jobs.geometry.closed import from_manifold
from jobs.reconstruction.carving.surface import keep_large_pieces, simplify
from jobs.reconstruction.carving.underside import Underside
from jobs.reconstruction.errors import ProviderFailed

_MOST_FACES = 60_000


def make_solid(surface: trimesh.Trimesh, underside: Underside | None, spacing: float) -> tuple[trimesh.Trimesh, int]:
    """Without dust, cut off at the underside, with as few faces as `spacing` between samples allows; its pieces.

    Raises:
        ProviderFailed: Marching cubes left it open, which is no fault of the photos.
    """
    solid, _ = keep_large_pieces(_to_manifold(surface))
    if underside is not None:
        solid = solid.trim_by_plane(tuple(underside.normal), underside.offset)
    solid, pieces = keep_large_pieces(simplify(solid, spacing, _MOST_FACES))
    return from_manifold(solid), pieces


def _to_manifold(surface: trimesh.Trimesh) -> manifold3d.Manifold:
    """Marching cubes share their vertices already, and manifold3d looks for itself: a second look takes a second."""
    solid = manifold3d.Manifold(
        manifold3d.Mesh64(
            np.ascontiguousarray(surface.vertices, np.float64), np.ascontiguousarray(surface.faces, np.uint64)
        )
    )
    if solid.status() != manifold3d.Error.NoError or solid.volume() <= 0:
        raise ProviderFailed("carving", f"its surface encloses no volume, manifold3d says {solid.status().name}")
    return solid
