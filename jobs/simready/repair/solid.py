"""From a triangle soup to one closed, outward oriented solid."""

from __future__ import annotations

from dataclasses import dataclass

import manifold3d
import numpy as np
import trimesh
from manifold3d import Manifold
from numpy.typing import NDArray

from jobs.contracts.simready import RepairSettings
from jobs.geometry.closed import compute_volume_m3, count_open_edges, from_manifold, merge_vertices, to_manifold
from jobs.geometry.errors import OpenMesh
from jobs.simready.repair.holes import fill_holes
from jobs.simready.repair.surfaces import split_surfaces
from jobs.simready.repair.winding import make_winding_consistent

_CAVITY_INSIDE = 0.99
_FLAT = 1e-5


@dataclass(frozen=True)
class RepairedMesh:
    """`solid` and `mesh` are the same closed volume; `changes` says what had to be done, for the manifest."""

    solid: Manifold
    mesh: trimesh.Trimesh
    changes: tuple[str, ...]


def repair(mesh: trimesh.Trimesh, settings: RepairSettings, name: str) -> RepairedMesh:
    """Make one solid of a mesh.

    Args:
        mesh: Vertices [m], object frame; colours are ignored.
        settings: Which holes are small.
        name: What errors call it.

    Raises:
        OpenMesh: It encloses no volume, even with its small holes filled.
    """
    merged = merge_vertices(mesh)
    faces = np.asarray(merged.faces, np.int64)
    changes = _told("merged {} duplicate vertices", len(mesh.vertices) - len(merged.vertices))
    changes += _told("removed {} faces without area", len(mesh.faces) - len(faces))
    distinct = _without_duplicates(faces)
    changes += _told("removed {} duplicate faces", len(faces) - len(distinct))
    faces, flipped = make_winding_consistent(distinct)
    changes += _told("turned {} faces to agree with their neighbours", flipped)
    vertices_m = np.asarray(merged.vertices, np.float64)
    faces, filled = fill_holes(vertices_m, faces, settings)
    changes += _told("filled {} small holes", filled)
    closed, leaving_out = _leave_out_open(split_surfaces(vertices_m, faces), settings, name)
    solid, uniting = _unite(_as_solids(closed, name))
    changes += leaving_out + uniting
    _require_thickness(solid, name)
    return RepairedMesh(solid, from_manifold(solid), changes)


def _leave_out_open(
    surfaces: list[trimesh.Trimesh], settings: RepairSettings, name: str
) -> tuple[list[trimesh.Trimesh], tuple[str, ...]]:
    """Those of the connected surfaces that are closed.

    Raises:
        OpenMesh: There is none, or the others are too large to be done without.
    """
    open_edges = [count_open_edges(surface) for surface in surfaces]
    closed = [surface for surface, edges in zip(surfaces, open_edges, strict=True) if not edges]
    open_ones = [surface for surface, edges in zip(surfaces, open_edges, strict=True) if edges]
    left_out_m2, whole_m2 = (sum(float(part.area) for part in parts) for parts in (open_ones, surfaces))
    if not closed or left_out_m2 > settings.max_left_out * whole_m2:
        raise OpenMesh(name, sum(open_edges))
    return closed, _told("left out {} open surfaces", len(open_ones))


def _as_solids(surfaces: list[trimesh.Trimesh], name: str) -> list[tuple[Manifold, bool]]:
    """Each closed surface as a solid, and whether it was inside out.

    Raises:
        OpenMesh: None of them encloses a volume.
    """
    solids = []
    for surface in surfaces:
        volume_m3 = compute_volume_m3(surface)
        turned = surface.faces[:, ::-1] if volume_m3 < 0 else surface.faces
        if volume_m3:
            outward = trimesh.Trimesh(surface.vertices, turned, process=False, validate=False)
            solids.append((to_manifold(outward, name), volume_m3 < 0))
    if not solids:
        raise OpenMesh(name, 0, "its volume is 0 m^3")
    return solids


def _require_thickness(solid: Manifold, name: str) -> None:
    """Raises: OpenMesh: It is as good as flat, so neither its hulls nor its inertia mean anything."""
    low, high = np.array(solid.bounding_box()).reshape(2, 3)
    mean_thickness_m = 2 * solid.volume() / max(solid.surface_area(), np.finfo(float).tiny)
    if mean_thickness_m <= _FLAT * float(np.linalg.norm(high - low)):
        raise OpenMesh(name, 0, f"its volume is {solid.volume():.3g} m^3")


def _unite(parts: list[tuple[Manifold, bool]]) -> tuple[Manifold, tuple[str, ...]]:
    """Union of the solids less the cavities: an inside-out surface is a cavity where a solid encloses it, else a
    solid that somebody turned inside out."""
    outward = [solid for solid, inverted in parts if not inverted]
    whole = Manifold.batch_boolean(outward, manifold3d.OpType.Add) if outward else Manifold()
    turned, cavities = [], []
    for solid in (solid for solid, inverted in parts if inverted):
        enclosed = not whole.is_empty() and (whole ^ solid).volume() >= _CAVITY_INSIDE * solid.volume()
        (cavities if enclosed else turned).append(solid)
    changes = _told("turned {} surfaces inside out", len(turned))
    overlap = sum(solid.volume() for solid in (*outward, *turned))
    if turned:
        whole = Manifold.batch_boolean([*outward, *turned], manifold3d.OpType.Add)
    if overlap > whole.volume() * (1 + 1e-6):
        changes += (f"united {len(outward) + len(turned)} overlapping solids",)
    if cavities:
        whole = Manifold.batch_boolean([whole, *cavities], manifold3d.OpType.Subtract)
        changes += (f"kept {len(cavities)} cavities",)
    return whole, changes


def _without_duplicates(faces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each triple of vertices once; a face and its own back cancel each other."""
    if not len(faces):
        return faces
    triples, index = np.unique(np.sort(faces, axis=1), axis=0, return_inverse=True)
    sign = np.where(_is_even(faces), 1, -1)
    balance = np.zeros(len(triples), np.int64)
    np.add.at(balance, index.reshape(-1), sign)
    same_way = sign * np.sign(balance)[index.reshape(-1)] > 0
    kept = np.zeros(len(faces), bool)
    seen = np.full(len(triples), len(faces))
    np.minimum.at(seen, index.reshape(-1)[same_way], np.flatnonzero(same_way))
    kept[seen[seen < len(faces)]] = True
    return faces[kept]


def _is_even(faces: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a face names its vertices in a rotation of ascending order."""
    a, b, c = faces.T
    return ((a < b) & (b < c)) | ((b < c) & (c < a)) | ((c < a) & (a < b))


def _told(text: str, count: int) -> tuple[str, ...]:
    return (text.format(count),) if count else ()
