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
from jobs.simready.holes import fill_holes
from jobs.simready.winding import make_winding_consistent

_CAVITY_INSIDE = 0.99


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
    faces, filled = fill_holes(np.asarray(merged.vertices, np.float64), faces, settings)
    changes += _told("filled {} small holes", filled)
    parts = _closed_parts(trimesh.Trimesh(merged.vertices, faces, process=False, validate=False), name)
    solid, merging = _unite(parts)
    changes += merging
    if solid.volume() <= 0:
        raise OpenMesh(name, 0, f"its volume is {solid.volume():.3g} m^3")
    return RepairedMesh(solid, from_manifold(solid), changes)


def _closed_parts(mesh: trimesh.Trimesh, name: str) -> list[tuple[Manifold, bool]]:
    """Each connected surface as a solid, and whether the file had it inside out.

    Raises:
        OpenMesh: One of them is open.
    """
    open_edges = count_open_edges(mesh)
    if open_edges or not len(mesh.faces):
        raise OpenMesh(name, open_edges)
    parts = []
    labels = connected_surfaces(np.asarray(mesh.faces, np.int64), len(mesh.vertices))
    for label in range(labels.max() + 1):
        part = trimesh.Trimesh(mesh.vertices, mesh.faces[labels == label], process=False, validate=False)
        inverted = compute_volume_m3(part) < 0
        if inverted:
            part = trimesh.Trimesh(part.vertices, part.faces[:, ::-1], process=False, validate=False)
        if abs(compute_volume_m3(part)) > 0:
            parts.append((to_manifold(part, name), inverted))
    if not parts:
        raise OpenMesh(name, 0, "its volume is 0 m^3")
    return parts


def connected_surfaces(faces: NDArray[np.int64], vertices: int) -> NDArray[np.int64]:
    """(m,) which connected surface each face belongs to, numbered by first appearance."""
    corners = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]]])
    labels = trimesh.graph.connected_component_labels(corners, node_count=vertices)[faces[:, 0]]
    _, first, index = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[index.reshape(-1)]


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
