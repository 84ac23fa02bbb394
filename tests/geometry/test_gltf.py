"""GLTF with its files beside it comes in like a GLB; what its document says must lie inside what it has."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.errors import MeshFileTooLarge, UnitsContradictFormat, UnreadableMesh, UnsupportedMesh
from jobs.geometry.mesh_file import load_mesh
from tests.geometry.stages import WEDGE

LIMITS = MeshLimits(max_faces=1000)
POINTS = np.asarray(WEDGE.vertices, "<f4").tobytes()
CORNERS = np.asarray(WEDGE.faces, "<u2").tobytes()


def document(uri: str = "a.bin") -> dict[str, Any]:
    """The wedge, Y up as glTF has it."""
    return {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "buffers": [{"uri": uri, "byteLength": len(POINTS + CORNERS)}],
        "bufferViews": [
            {"buffer": 0, "byteLength": len(POINTS)},
            {"buffer": 0, "byteOffset": len(POINTS), "byteLength": len(CORNERS)},
        ],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 4, "min": [0, 0, 0], "max": [1, 2, 3]},
            {"bufferView": 1, "componentType": 5123, "type": "SCALAR", "count": 12},
        ],
    }


def write(folder: Path, said: dict[str, Any]) -> Path:
    (folder / "a.bin").write_bytes(POINTS + CORNERS)
    (folder / "a.gltf").write_text(json.dumps(said))
    return folder / "a.gltf"


@pytest.mark.parametrize("embedded", [False, True])
def test_the_axes_and_the_metres_are_those_of_gltf(tmp_path: Path, embedded: bool) -> None:
    uri = "data:application/octet-stream;base64," + base64.b64encode(POINTS + CORNERS).decode()
    path = write(tmp_path, document(uri if embedded else "a.bin"))
    loaded = load_mesh(path, None, LIMITS)
    np.testing.assert_allclose(loaded.mesh.bounds, [[0, -3, 0], [1, 0, 2]])
    assert loaded.mesh.volume == pytest.approx(1)
    assert loaded.scale_source == "file_format"
    with pytest.raises(UnitsContradictFormat, match=r"a\.gltf"):
        load_mesh(path, "cm", LIMITS)


def test_what_trimesh_writes_comes_in(tmp_path: Path) -> None:
    for name, data in trimesh.exchange.gltf.export_gltf(trimesh.Scene(WEDGE)).items():
        (tmp_path / name).write_bytes(data)
    assert load_mesh(tmp_path / "model.gltf", None, LIMITS).mesh.volume == pytest.approx(1)


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"accessors": [{"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 5}]},
         UnreadableMesh, "60 of"),
        ({"accessors": [{"bufferView": 7, "componentType": 5126, "type": "VEC3", "count": 1}]},
         UnreadableMesh, "Index"),
        ({"accessors": [{"bufferView": 0, "componentType": 9, "type": "VEC3", "count": 4}]}, UnreadableMesh, "9"),
        ({"accessors": [{"componentType": 5126, "type": "VEC3", "count": 4}]}, UnsupportedMesh, "without data"),
        ({"accessors": [{"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 4, "sparse": {}}]},
         UnsupportedMesh, "sparse"),
        ({"bufferViews": [{"buffer": 0, "byteOffset": 40, "byteLength": 48}]}, UnreadableMesh, "beyond its end"),
        ({"bufferViews": [{"buffer": 0, "byteOffset": -4, "byteLength": 8}]}, UnreadableMesh, "-4"),
        ({"buffers": [{"uri": "a.bin", "byteLength": 1000}]}, UnreadableMesh, "1,000 bytes and has 72"),
        ({"extensionsRequired": ["KHR_draco_mesh_compression"]}, UnsupportedMesh, "KHR_draco_mesh_compression"),
        ({"extensionsUsed": ["EXT_meshopt_compression"]}, UnsupportedMesh, "EXT_meshopt_compression"),
        ({"asset": {"version": "1.0"}}, UnreadableMesh, "version 1.0"),
        ({"buffers": "a.bin"}, UnreadableMesh, "damaged"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(tmp_path: Path, changes: dict[str, Any], error: type[Exception], says: str) -> None:
    said = document() | changes
    if "accessors" in changes:
        said["meshes"] = [{"primitives": [{"attributes": {"POSITION": 0}}]}]
    with pytest.raises(error, match=says):
        load_mesh(write(tmp_path, said), None, LIMITS)


def test_a_large_buffer_is_refused_unread(tmp_path: Path) -> None:
    path = write(tmp_path, document())
    with (tmp_path / "a.bin").open("r+b") as file:
        file.truncate(10_000)
    with pytest.raises(MeshFileTooLarge, match=r"a\.bin.*10,000"):
        load_mesh(path, None, MeshLimits(max_file_bytes=9_000))
