"""A surface as marching cubes left it, to the closed solid that is delivered."""

from __future__ import annotations

import manifold3d
import trimesh

from jobs.geometry.closed import from_manifold, to_manifold
from jobs.geometry.errors import OpenMesh
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
    try:
        return to_manifold(surface, "the carved surface")
    except OpenMesh as error:
        raise ProviderFailed("visual_hull", str(error)) from error
