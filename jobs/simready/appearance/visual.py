"""The mesh that is seen: fewer faces, still closed, coloured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh
from manifold3d import Manifold
from numpy.typing import NDArray
from scipy.spatial import KDTree
from trimesh.visual import ColorVisuals

from jobs.contracts.visual import VisualSettings
from jobs.geometry.closed import from_manifold, merge_vertices
from jobs.geometry.colour_points import ColourPoints
from jobs.geometry.glb_file import save_glb, save_textured_glb, vertex_colours
from jobs.geometry.joining import concatenate
from jobs.simready.appearance.texture import Texture, bake_texture
from jobs.simready.repair.distances import measure_added

_FIRST_TOLERANCE = 1e-4
_LAST_TOLERANCE = 0.05
_TOLERANCE_GROWTH = 1.5
"""Each step starts from the one before, so a surface may move by up to three times the last tolerance."""


@dataclass(frozen=True)
class Visual:
    """`mesh`: closed, with vertex colours if the source had any; `texture`: the same colours in finer detail.

    `distance`: the furthest that the surface lies from the object's or that from it, as part of the diagonal; sampled.
    `levels`: the same with ever fewer faces, for views from afar.
    """

    mesh: trimesh.Trimesh
    texture: Texture | None
    distance: float
    levels: tuple[Visual, ...] = ()


@dataclass(frozen=True)
class _Simple:
    solid: Manifold
    distance: float


def make_visual(
    solid: Manifold, source: trimesh.Trimesh, settings: VisualSettings, colours: ColourPoints | None = None
) -> Visual:
    """Simplify a solid for the eye and give it the colours of the mesh that it came from.

    Args:
        solid: The repaired object [m].
        source: The mesh as it was reconstructed, with vertex colours or without.
        settings: How many faces, and how near to the object.
        colours: Of the source between its vertices, if they are known better than by those.
    """
    known = colours or _of_vertices(source)
    tree = None if known is None else KDTree(known.points_m)
    finest = _simplify_within(solid, solid, settings.max_faces, settings.max_distance)
    simple = [finest]
    for share in settings.levels:
        faces = int(share * finest.solid.num_tri())
        coarser = _simplify_within(simple[-1].solid, solid, faces, settings.max_level_distance)
        if coarser.solid.num_tri() < simple[-1].solid.num_tri():
            simple.append(coarser)
    full, *levels = (_colour(step, known, tree) for step in simple)
    return Visual(full.mesh, full.texture, full.distance, tuple(levels))


def simplify(solid: Manifold, max_faces: int) -> Manifold:
    """Fewer faces, by growing tolerances (parts of the diagonal) until there are few enough; closedness is kept.

    What the last tolerance cannot simplify (a very holey object) stays as fine as it then is.
    """
    return _simplify_stepwise(solid, max_faces, _LAST_TOLERANCE)[-1]


def _simplify_stepwise(solid: Manifold, max_faces: int, last_tolerance: float) -> list[Manifold]:
    """The solid, and what each tolerance made of the step before."""
    steps, tolerance, diagonal_m = [solid], _FIRST_TOLERANCE, _diagonal_m(solid)
    while steps[-1].num_tri() > max_faces and tolerance < last_tolerance:
        simpler = steps[-1].simplify(tolerance * diagonal_m)
        if simpler.is_empty():  # thin plates vanish before they are few enough
            break
        steps.append(simpler)
        tolerance *= _TOLERANCE_GROWTH
    return steps


def _simplify_within(start: Manifold, reference: Manifold, max_faces: int, max_distance: float) -> _Simple:
    """The last step that lies within `max_distance` (part of the diagonal) of the reference."""
    steps = _simplify_stepwise(start, max_faces, max_distance)
    object_mesh, diagonal_m = from_manifold(reference), _diagonal_m(reference)
    while True:
        solid = steps.pop()
        distance = _measure(from_manifold(solid), object_mesh) / diagonal_m
        if distance <= max_distance or not steps:
            return _Simple(solid, distance)


def _diagonal_m(solid: Manifold) -> float:
    low, high = np.array(solid.bounding_box()).reshape(2, 3)
    return float(np.linalg.norm(high - low))


def _measure(mesh: trimesh.Trimesh, object_mesh: trimesh.Trimesh) -> float:
    """The larger of both ways [m]."""
    return max(measure_added(object_mesh, mesh).max_m, measure_added(mesh, object_mesh).max_m)


def _of_vertices(source: trimesh.Trimesh) -> ColourPoints | None:
    colours = vertex_colours(source)
    return None if colours is None else ColourPoints(np.asarray(source.vertices, np.float64), colours[:, :3])


def _colour(simple: _Simple, colours: ColourPoints | None, tree: KDTree | None) -> Visual:
    mesh = merge_vertices(from_manifold(simple.solid))
    if colours is None or tree is None:
        return Visual(mesh, None, simple.distance)
    mesh.visual = ColorVisuals(mesh, vertex_colors=colours.rgb[tree.query(mesh.vertices)[1]])
    faces: NDArray[np.int64] = np.asarray(mesh.faces, np.int64)
    texture = bake_texture(np.asarray(mesh.vertices, np.float64), faces, tree, colours.rgb)
    return Visual(mesh, texture, simple.distance)


def save_visuals(visuals: Sequence[Visual], path: Path) -> None:
    """All links as one GLB: one by itself with its picture, several with the colours of their vertices."""
    texture = visuals[0].texture
    if len(visuals) > 1 or texture is None:
        save_glb(concatenate([visual.mesh for visual in visuals]), path)
        return
    mesh = visuals[0].mesh
    corners_m = np.asarray(mesh.vertices, np.float64)[np.asarray(mesh.faces)].reshape(-1, 3)
    uv = texture.uv.reshape(-1, 2) * (1, -1) + (0, 1)  # glTF counts from the top
    save_textured_glb(path, corners_m, np.arange(len(corners_m)).reshape(-1, 3), uv, texture.png)


def gather_levels(visuals: Sequence[Visual]) -> list[list[Visual]]:
    """Several links, level by level from the second finest on; a link with fewer levels stays at its
    coarsest."""
    depth = max(len(visual.levels) for visual in visuals)
    chains = [(visual, *visual.levels) for visual in visuals]
    return [[chain[min(level, len(chain) - 1)] for chain in chains] for level in range(1, depth + 1)]
