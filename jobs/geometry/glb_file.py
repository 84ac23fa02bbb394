"""Mesh files out: a GLB of fixed bytes."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray
from trimesh.visual import ColorVisuals

from jobs.geometry.errors import EmptyMesh

_Y_UP_FROM_Z_UP = [1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 1]
"""Column-major. Zeros and ones, so that the way there and back is exact."""
_FLOAT32, _UINT32, _UINT8 = 5126, 5125, 5121
_VERTEX_TARGET, _INDEX_TARGET = 34962, 34963


def save_glb(mesh: trimesh.Trimesh, path: Path) -> None:
    """Write a mesh [m, Z up] as glTF 2.0 binary; the same mesh always gives the same bytes.

    Vertices are stored as float32 in the object's own frame; the root node turns them Y up, as glTF wants. Vertex
    colours are stored as they are (sRGB bytes in COLOR_0), which is what trimesh and scanners write and read.

    Raises:
        EmptyMesh: There is nothing to write.
    """
    if not len(mesh.faces):
        raise EmptyMesh(path.name)
    positions = np.ascontiguousarray(mesh.vertices, "<f4") + np.float32(0)
    indices = np.ascontiguousarray(mesh.faces, "<u4").reshape(-1)
    arrays: list[tuple[NDArray[Any], dict[str, Any]]] = [
        (positions, {"componentType": _FLOAT32, "type": "VEC3", "target": _VERTEX_TARGET}),
        (indices, {"componentType": _UINT32, "type": "SCALAR", "target": _INDEX_TARGET}),
    ]
    colours = vertex_colours(mesh)
    if colours is not None:
        arrays.append(
            (colours, {"componentType": _UINT8, "type": "VEC4", "target": _VERTEX_TARGET, "normalized": True})
        )
    document = _document(arrays, positions)
    _write(path, document, b"".join(array.tobytes() for array, _ in arrays))


def vertex_colours(mesh: trimesh.Trimesh) -> NDArray[np.uint8] | None:
    """(n, 4) sRGB and alpha, if the mesh has colours."""
    visual = mesh.visual
    if isinstance(visual, ColorVisuals) and visual.kind in ("vertex", "face"):
        return np.ascontiguousarray(visual.vertex_colors, np.uint8)
    return None


def _document(arrays: list[tuple[NDArray[Any], dict[str, Any]]], positions: NDArray[np.float32]) -> dict[str, Any]:
    views, accessors, offset = [], [], 0
    for index, (array, layout) in enumerate(arrays):
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": array.nbytes, "target": layout["target"]})
        accessor = {key: value for key, value in layout.items() if key != "target"}
        accessors.append({"bufferView": index, "count": len(array), **accessor})
        offset += array.nbytes
    accessors[0] |= {"min": positions.min(axis=0).tolist(), "max": positions.max(axis=0).tolist()}
    attributes = {"POSITION": 0} | ({"COLOR_0": 2} if len(arrays) == 3 else {})
    material = {"pbrMetallicRoughness": {"metallicFactor": 0, "roughnessFactor": 0.8}, "doubleSided": False}
    return {
        "asset": {"version": "2.0", "generator": "simfoundry"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"name": "object", "mesh": 0, "matrix": _Y_UP_FROM_Z_UP}],
        "meshes": [{"primitives": [{"attributes": attributes, "indices": 1, "material": 0, "mode": 4}]}],
        "materials": [material],
        "buffers": [{"byteLength": offset}],
        "bufferViews": views,
        "accessors": accessors,
    }


def _write(path: Path, document: dict[str, Any], data: bytes) -> None:
    text = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
    text += b" " * (-len(text) % 4)
    data += b"\0" * (-len(data) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
    path.write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks)
