"""Closed surfaces, and the way to manifold3d and back."""

from __future__ import annotations

from typing import cast

import manifold3d
import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from jobs.geometry.errors import OpenMesh


def merge_vertices(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    """The same surface with one vertex per position, and without the faces that thereby lost their area.

    Positions are compared exactly, as float32: that is what GLB stores. Colours are dropped.
    """
    index, first = _merge(mesh)
    faces = index[np.asarray(mesh.faces, np.int64)].reshape(-1, 3)
    distinct = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    vertices = np.asarray(mesh.vertices, np.float64)[first]
    return trimesh.Trimesh(vertices, faces[distinct], process=False, validate=False)


def _merge(mesh: trimesh.Trimesh) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(n,) The position that each vertex is at, and (k,) the first vertex at each position."""
    positions = np.ascontiguousarray(mesh.vertices, np.float32) + np.float32(0)
    order = np.lexsort(positions.T[::-1])
    fresh = np.append(True, (np.diff(positions[order], axis=0) != 0).any(axis=1))[: len(order)]
    index = np.empty(len(order), np.int64)
    index[order] = np.cumsum(fresh) - 1
    return index, order[fresh]


def count_open_edges(mesh: trimesh.Trimesh) -> int:
    """Edges that no face on the other side runs along the opposite way: holes, and seams of flipped faces."""
    faces = np.asarray(merge_vertices(mesh).faces, np.int64)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    forward = np.where(edges[:, 0] < edges[:, 1], 1, -1)
    _, index = np.unique(np.sort(edges, axis=1) @ (int(faces.max(initial=0)) + 1, 1), return_inverse=True)
    return int(np.count_nonzero(np.bincount(index, weights=forward)))


def count_pieces(mesh: trimesh.Trimesh) -> int:
    """Parts of the surface that share no vertex position with each other."""
    return int(label_pieces(merge_vertices(mesh)).max(initial=-1)) + 1


def label_pieces(mesh: trimesh.Trimesh) -> NDArray[np.int64]:
    """(m,) The piece of the surface that each face is of, numbered by first face; pieces share no vertex position."""
    index, first = _merge(mesh)
    faces = index[np.asarray(mesh.faces, np.int64)].reshape(-1, 3)
    edges = (faces[:, [0, 1]].reshape(-1), faces[:, [1, 2]].reshape(-1))
    links = coo_array((np.ones(2 * len(faces), np.int8), edges), shape=(len(first), len(first)))
    _, labels = connected_components(links.tocsr(), directed=False)
    _, start, piece = np.unique(labels[faces[:, 0]], return_index=True, return_inverse=True)
    return np.argsort(np.argsort(start))[piece.reshape(-1)]


def is_closed_volume(mesh: trimesh.Trimesh) -> bool:
    """Whether the surface encloses a positive volume: no open edge, no flipped face, faces turned outward."""
    return len(mesh.faces) > 0 and count_open_edges(mesh) == 0 and compute_volume_m3(mesh) > 0


def require_closed(mesh: trimesh.Trimesh, name: str) -> None:
    """Raises: OpenMesh: See `is_closed_volume`."""
    open_edges = count_open_edges(mesh)
    if open_edges or not len(mesh.faces):
        raise OpenMesh(name, open_edges)
    volume_m3 = compute_volume_m3(mesh)
    if volume_m3 <= 0:
        raise OpenMesh(name, 0, f"its volume is {volume_m3:.3g} m^3")


def compute_volume_m3(mesh: trimesh.Trimesh) -> float:
    """Signed volume by the divergence theorem, about the mean vertex; meaningless for an open surface."""
    corners = np.asarray(mesh.vertices, np.float64)
    triangles = (corners - corners.mean(axis=0))[np.asarray(mesh.faces)]
    return float(np.einsum("ij,ij->", triangles[:, 0], np.cross(triangles[:, 1], triangles[:, 2])) / 6)


def to_manifold(mesh: trimesh.Trimesh, name: str = "mesh") -> manifold3d.Manifold:
    """A closed mesh as a manifold3d solid, in float64.

    Raises:
        OpenMesh: It does not enclose a volume, or manifold3d finds it not manifold.
    """
    merged = merge_vertices(mesh)
    require_closed(merged, name)
    solid = manifold3d.Manifold(
        manifold3d.Mesh64(
            np.ascontiguousarray(merged.vertices, np.float64), np.ascontiguousarray(merged.faces, np.uint64)
        )
    )
    if solid.status() != manifold3d.Error.NoError:
        raise OpenMesh(name, count_open_edges(merged), f"manifold3d says {solid.status().name}")
    return solid


def from_manifold(solid: manifold3d.Manifold) -> trimesh.Trimesh:
    """A manifold3d solid as a mesh without colours."""
    data = solid.to_mesh64()
    vertices = cast(NDArray[np.float64], np.asarray(data.vert_properties))[:, :3]
    return trimesh.Trimesh(vertices, np.asarray(data.tri_verts, np.int64), process=False, validate=False)
