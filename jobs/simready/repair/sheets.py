"""Faces that part nothing from nothing: partitions within a solid, fins on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jobs.contracts.repair import RepairSettings
from jobs.simready.repair.surface import Changes, Edges, Surface, told

_DIRECTIONS = 48
_FACES_ASKED = 3
_OFF_SURFACE = 1e-6
"""Of the diagonal: where a side is looked at from."""
_MOST_PATCHES = 64


def drop_sheets(surface: Surface, settings: RepairSettings) -> tuple[Surface, Changes]:
    """Where more than two faces share an edge, keep the patches between such edges that have the open on one side only,
    and turn them that way. A fin, which has it on both, stays if it is too large to be done without.

    The open is what a ray gets away from. A surface without such edges is left as it is, and so is one of very many
    patches.

    Source: the choice of patches after Zhou et al. 2016, "Mesh arrangements for solid geometry"; the rays after
    Takayama et al. 2014, "A simple method for correcting facet orientations in polygon meshes".
    """
    edges = Edges.of(surface.faces)
    if not (edges.count > 2).any():
        return surface, ()
    patch = edges.group_faces(edges.count == 2)
    crowded = np.unique(patch[(edges.count[edges.of_face] > 2).any(axis=1)])
    if len(crowded) > _MOST_PATCHES:
        return surface, ()
    faces, kept, dropped = surface.faces.copy(), np.ones(len(surface.faces), bool), 0
    spare_m2 = settings.max_left_out * float(surface.areas_m2.sum())
    for label in crowded.tolist():
        members = np.flatnonzero(patch == label)
        front, back = _see_the_open(surface, members)
        if front and back:
            spare_m2 -= float(surface.areas_m2[members].sum())
        if front == back and spare_m2 >= 0:
            kept[members] = False
            dropped += 1
        elif back and not front:
            faces[members] = faces[members][:, ::-1]
    return surface.with_faces(faces[kept]), told("removed {} sheets that part nothing", dropped)


def _see_the_open(surface: Surface, members: NDArray[np.int64]) -> tuple[bool, bool]:
    """Whether a ray gets away from the front, and from the back, of the largest of some faces, wound alike."""
    corners_m = surface.corners_m
    largest = members[np.argsort(-surface.areas_m2[members], kind="stable")[:_FACES_ASKED]]
    directions = _spread_directions()
    free = [False, False]
    for face in largest.tolist():
        a, b, c = corners_m[face]
        normal = np.cross(b - a, c - a)
        length = float(np.linalg.norm(normal))
        if length == 0:
            continue
        off_m = _OFF_SURFACE * surface.diagonal_m * normal / length
        for side, sign in enumerate((1, -1)):
            ahead = directions[sign * (directions @ normal) > 0]
            free[side] = free[side] or _gets_away(corners_m, corners_m[face].mean(axis=0) + sign * off_m, ahead)
    return free[0], free[1]


def _gets_away(corners_m: NDArray[np.float64], origin_m: NDArray[np.float64], rays: NDArray[np.float64]) -> bool:
    """Whether any of the rays (k, 3) meets no triangle (m, 3, 3)."""
    a, b, c = (corners_m - origin_m).transpose(1, 0, 2)
    sides = np.stack([np.cross(a, b), np.cross(b, c), np.cross(c, a)], axis=1)
    height = np.einsum("ij,ij->i", a, np.cross(b - a, c - a))
    for ray in rays:
        turn = sides @ ray
        met = (height > 0) & (turn > 0).all(axis=1) | (height < 0) & (turn < 0).all(axis=1)
        if not met.any():
            return True
    return False


def _spread_directions() -> NDArray[np.float64]:
    """(n, 3) unit vectors along a spiral on the sphere.

    Source: Swinbank and Purser 2006, "Fibonacci grids: a novel approach to global modelling".
    """
    index = np.arange(_DIRECTIONS) + 0.5
    z = 1 - 2 * index / _DIRECTIONS
    angle = np.pi * (1 + np.sqrt(5)) * index
    flat = np.sqrt(1 - z * z)
    return np.column_stack([flat * np.cos(angle), flat * np.sin(angle), z])
