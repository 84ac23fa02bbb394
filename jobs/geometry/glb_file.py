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

from jobs.geometry.colour_space import linear_from_srgb
from jobs.geometry.errors import EmptyMesh

_Y_UP_FROM_Z_UP = [1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 1]
"""Column-major. Zeros and ones, so that the way there and back is exact."""
_FLOAT32, _UINT32, _UINT16 = 5126, 5125, 5123
_MOST = 65535
_PNG = b"\x89PNG"
_ALPHA_STEP = 257
_CLAMP, _LINEAR, _LINEAR_MIPMAP = 33071, 9729, 9987
_Arrays = dict[str, tuple[NDArray[Any], dict[str, Any]]]
_VERTEX_TARGET, _INDEX_TARGET = 34962, 34963


def save_glb(mesh: trimesh.Trimesh, path: Path) -> None:
    """Write a mesh [m, Z up] as glTF 2.0 binary; the same mesh always gives the same bytes.

    Vertices are stored as float32 in the object's own frame; the root node turns them Y up, as glTF wants. Vertex
    colours are linear in COLOR_0, as glTF wants, in 16 bits, so that sRGB bytes come back exactly.

    Raises:
        EmptyMesh: There is nothing to write.
    """
    if not len(mesh.faces):
        raise EmptyMesh(path.name)
    arrays = _surface(np.asarray(mesh.vertices), np.asarray(mesh.faces))
    colours = vertex_colours(mesh)
    if colours is not None:
        layout = {"componentType": _UINT16, "type": "VEC4", "target": _VERTEX_TARGET, "normalized": True}
        arrays["COLOR_0"] = (_linear(colours), layout)
    _write(path, _document(arrays), b"".join(array.tobytes() for array, _ in arrays.values()))


def save_textured_glb(
    path: Path, vertices: NDArray[np.float64], faces: NDArray[np.int64], uv: NDArray[np.float64], picture: bytes
) -> None:
    """Write a surface with a picture on it, as `save_glb` does.

    Args:
        vertices: (n, 3) [m, Z up], repeated where the picture has a seam.
        uv: (n, 2) from 0 to 1, v down.
        picture: JPEG or PNG, sRGB.

    Raises:
        EmptyMesh: There is nothing to write.
    """
    if not len(faces):
        raise EmptyMesh(path.name)
    arrays = _surface(vertices, faces)
    layout = {"componentType": _FLOAT32, "type": "VEC2", "target": _VERTEX_TARGET}
    arrays["TEXCOORD_0"] = (np.ascontiguousarray(uv, "<f4"), layout)
    data = b"".join(array.tobytes() for array, _ in arrays.values())
    document = _document(arrays)
    kind = "image/png" if picture.startswith(_PNG) else "image/jpeg"
    document["images"] = [{"bufferView": len(document["bufferViews"]), "mimeType": kind}]
    document["bufferViews"].append({"buffer": 0, "byteOffset": len(data), "byteLength": len(picture)})
    document["buffers"][0]["byteLength"] += len(picture)
    document["samplers"] = [{"wrapS": _CLAMP, "wrapT": _CLAMP, "magFilter": _LINEAR, "minFilter": _LINEAR_MIPMAP}]
    document["textures"] = [{"source": 0, "sampler": 0}]
    document["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"] = {"index": 0}
    _write(path, document, data + picture)


def vertex_colours(mesh: trimesh.Trimesh) -> NDArray[np.uint8] | None:
    """(n, 4) sRGB and alpha, if the mesh has colours."""
    visual = mesh.visual
    if isinstance(visual, ColorVisuals) and visual.kind in ("vertex", "face"):
        return np.ascontiguousarray(visual.vertex_colors, np.uint8)
    return None


def _linear(colours: NDArray[np.uint8]) -> NDArray[np.uint16]:
    light = np.rint(_MOST * linear_from_srgb(colours)).astype("<u2")
    return np.column_stack([light, colours[:, 3].astype("<u2") * _ALPHA_STEP])


def _surface(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> _Arrays:
    positions = np.ascontiguousarray(vertices, "<f4") + np.float32(0)
    bounds = {"min": positions.min(axis=0).tolist(), "max": positions.max(axis=0).tolist()}
    indices = np.ascontiguousarray(faces, "<u4").reshape(-1)
    return {
        "POSITION": (positions, {"componentType": _FLOAT32, "type": "VEC3", "target": _VERTEX_TARGET, **bounds}),
        "indices": (indices, {"componentType": _UINT32, "type": "SCALAR", "target": _INDEX_TARGET}),
    }


def _document(arrays: _Arrays) -> dict[str, Any]:
    views, accessors, offset = [], [], 0
    for index, (array, layout) in enumerate(arrays.values()):
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": array.nbytes, "target": layout["target"]})
        accessor = {key: value for key, value in layout.items() if key != "target"}
        accessors.append({"bufferView": index, "count": len(array), **accessor})
        offset += array.nbytes
    attributes = {name: index for index, name in enumerate(arrays) if name != "indices"}
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
