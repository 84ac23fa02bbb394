"""GLB, GLTF, OBJ, PLY and STL, by trimesh."""

from __future__ import annotations

import io
import re
import struct
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray
from trimesh.resolvers import FilePathResolver

from jobs.geometry.baking import Baked, bake_colours
from jobs.geometry.colour_points import spread_over_parts
from jobs.geometry.content import Content, fill_white
from jobs.geometry.errors import EmptyMesh, UnreadableMesh
from jobs.geometry.formats import format_of, is_gltf
from jobs.geometry.glb_header import read_gltf_header
from jobs.geometry.gltf_layout import require_sound_gltf

_LOADER_ERRORS = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, OSError, ArithmeticError, EOFError,
    MemoryError, RuntimeError, NameError, struct.error, DeprecationWarning,
)  # fmt: skip
"""What trimesh's loaders were seen to raise on damaged files, NotImplementedError and RecursionError included."""
_Part = tuple[trimesh.Trimesh, NDArray[np.float64]]
_Named = tuple[trimesh.Scene, Callable[[trimesh.Scene, str], str]]
"""A scene, and what a node of it is called."""
_ONE_OF_SEVERAL = r"_[0-9A-Za-z]{6}"
"""What trimesh adds to the name of a glTF node for each primitive of its mesh, if there are several; it is random."""


def read_scene(path: Path, max_texture_pixels: int, apart: bool = False) -> Content:
    """All meshes of the file, placed; textures become colours of vertices, and of points between them.

    Args:
        apart: An OBJ's objects, too, are told apart; their vertices come in another order then.

    Raises:
        UnreadableMesh, UnsupportedMesh, TextureTooLarge, EmptyMesh: See there.
    """
    header: dict[str, Any] = {}
    if is_gltf(path):
        header, binary_bytes = read_gltf_header(path)
        require_sound_gltf(path, header, binary_bytes)
    named = _read_parts(path, header, apart)
    if not named:
        raise EmptyMesh(path.name)
    parts = [part for _, part in named]
    names = {name: number for number, name in enumerate(dict.fromkeys(name for name, _ in named))}
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
        names=tuple(names),
        object_of_face=np.repeat([names[name] for name, _ in named], [len(group) for group in faces]),
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


def _read_parts(path: Path, header: Mapping[str, Any], apart: bool) -> list[tuple[str, _Part]]:
    """Every mesh of the file, what it is called, and its place in the file's own frame, in a fixed order. `header`: of
    a glTF."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", "string or file could not be read", DeprecationWarning)
        try:
            scene, called = _load_objects(path) if apart and format_of(path) == "obj" else _load(path, header)
            owners = {node: called(scene, node) for node in scene.graph.nodes_geometry}
            nodes = [(owners[node], *scene.graph[node]) for node in owners]
            found = [(owner, name, scene.geometry[name], transform) for owner, transform, name in nodes]
        except _LOADER_ERRORS as error:
            raise UnreadableMesh(path.name, f"{type(error).__name__}: {error}") from error
    found.sort(key=lambda part: part[:2])
    return [
        (owner, (part, transform))
        for owner, _, part, transform in found
        if isinstance(part, trimesh.Trimesh) and len(part.faces)
    ]


def _load(path: Path, header: Mapping[str, Any]) -> _Named:
    said = {str(node.get("name")) for node in header.get("nodes", [])}

    def called(scene: trimesh.Scene, node: str) -> str:
        """The node itself, or that whose primitive it is."""
        parent = str(scene.graph.transforms.parents.get(node, ""))
        added = is_gltf(path) and node not in said and re.fullmatch(re.escape(parent) + _ONE_OF_SEVERAL, node)
        return parent if added else node

    return trimesh.load_scene(path, process=False), called


def _load_objects(path: Path) -> _Named:
    """An OBJ by its objects, or by its groups where there is one object: the loader mixes their names with those of
    materials, so it gets numbers in their stead."""
    text = path.read_text(encoding="utf-8", errors="replace")
    said = {word: re.findall(rf"^{word}[ \t]+(.*?)\s*$", text, re.MULTILINE) for word in "og"}
    by = "o" if len(set(said["o"])) > 1 else "g"
    numbers = {name: number for number, name in enumerate(dict.fromkeys(said[by]))}
    text = re.sub(r"^[og](?:[ \t].*)?$", lambda line: _numbered(line[0], by, numbers), text, flags=re.MULTILINE)
    resolver = FilePathResolver(str(path))
    file = io.BytesIO(text.encode())
    scene = trimesh.load_scene(file, file_type="obj", resolver=resolver, split_objects=True, process=False)
    names = dict(enumerate(numbers))

    def called(scene: trimesh.Scene, node: str) -> str:
        number = re.match(r"object(\d+)(?:_|$)", node)
        return names[int(number[1])] if number else path.stem

    return scene, called


def _numbered(line: str, by: str, numbers: Mapping[str, int]) -> str:
    return f"o object{numbers[line[1:].strip()]}" if line[0] == by and line[1:].strip() in numbers else ""
