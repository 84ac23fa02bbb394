"""GLB, GLTF, OBJ, PLY and STL, by trimesh."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import trimesh
from numpy.typing import NDArray

from jobs.geometry.baking import Baked, bake_colours
from jobs.geometry.colour_points import spread_over_parts
from jobs.geometry.content import Content, fill_white
from jobs.geometry.errors import EmptyMesh, UnreadableMesh
from jobs.geometry.formats import is_gltf
from jobs.geometry.glb_header import read_gltf_header
from jobs.geometry.gltf_layout import require_sound_gltf

_LOADER_ERRORS = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, OSError, ArithmeticError, EOFError,
    MemoryError, RuntimeError, NameError, struct.error, DeprecationWarning,
)  # fmt: skip
"""What trimesh's loaders were seen to raise on damaged files, NotImplementedError and RecursionError included."""
_Part = tuple[trimesh.Trimesh, NDArray[np.float64]]


def read_scene(path: Path, max_texture_pixels: int) -> Content:
    """All meshes of the file, placed; textures become colours of vertices, and of points between them.

    Raises:
        UnreadableMesh, UnsupportedMesh, TextureTooLarge, EmptyMesh: See there.
    """
    if is_gltf(path):
        require_sound_gltf(path, *read_gltf_header(path))
    parts = _read_parts(path)
    if not parts:
        raise EmptyMesh(path.name)
    vertices, faces, baked = [], [], []
    for part, transform in parts:
        if part.faces.min() < 0 or part.faces.max() >= len(part.vertices):
            raise UnreadableMesh(path.name, f"a face refers to a vertex that is not one of its {len(part.vertices):,}")
        mirrored = np.linalg.det(transform[:3, :3]) < 0
        corners = np.asarray(part.faces, np.int64) + sum(map(len, vertices))
        faces.append(corners[:, ::-1] if mirrored else corners)
        vertices.append(np.asarray(part.vertices, np.float64) @ transform[:3, :3].T + transform[:3, 3])
        baked.append(bake_colours(path, part, max_texture_pixels))
    points, point_colours = _spread(parts, vertices, baked)
    return Content(
        np.concatenate(vertices),
        np.concatenate(faces),
        fill_white([colours.vertices for colours in baked], [len(group) for group in vertices]),
        1.0 if is_gltf(path) else None,
        y_up=is_gltf(path),
        points=points,
        point_colours=point_colours,
    )


def _spread(
    parts: Sequence[_Part], vertices: Sequence[NDArray[np.float64]], baked: Sequence[Baked]
) -> tuple[NDArray[np.float64], NDArray[np.uint8]] | tuple[None, None]:
    """Points (k, 3) over all parts, placed, and their colours (k, 4), if any part has a picture on it."""
    if all(colours.picture is None for colours in baked):
        return None, None
    corners = [places[np.asarray(part.faces)] for (part, _), places in zip(parts, vertices, strict=True)]
    points, colours = [], []
    for (part, _), places, one, (face, weights) in zip(parts, vertices, baked, spread_over_parts(corners), strict=True):
        of_face = np.asarray(part.faces, np.int64)[face]
        points.append(np.einsum("kc,kcd->kd", weights, places[of_face]))
        colours.append(one.between(of_face, weights))
    return np.concatenate(points), np.concatenate(colours)


def _read_parts(path: Path) -> list[_Part]:
    """Every mesh of the file and its place in the file's own frame, in a fixed order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", "string or file could not be read", DeprecationWarning)
        try:
            scene = trimesh.load_scene(path, process=False)
            nodes = [scene.graph[name] for name in sorted(scene.graph.nodes_geometry)]
            parts = [(scene.geometry[name], transform) for transform, name in nodes]
        except _LOADER_ERRORS as error:
            raise UnreadableMesh(path.name, f"{type(error).__name__}: {error}") from error
    return [(part, transform) for part, transform in parts if isinstance(part, trimesh.Trimesh) and len(part.faces)]
