"""GLTF: the document and the data of the GLB as two files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh

from jobs.geometry.glb_header import read_glb_chunks
from jobs.reconstruction.formats.writer import Original, Triangles, Written

_DATA = "mesh.bin"


@dataclass(frozen=True)
class Gltf:
    """See `MeshWriter`."""

    precision: float = 2**-23

    def require_available(self) -> None:
        """Always."""

    def write(self, original: Original, folder: Path) -> Written:
        """Embedded textures stay in the data file."""
        document, data = read_glb_chunks(original.glb)
        document["buffers"] = [{"uri": _DATA, "byteLength": document["buffers"][0]["byteLength"]}]
        path, beside = folder / "mesh.gltf", folder / _DATA
        path.write_text(json.dumps(document, sort_keys=True, indent=1))
        beside.write_bytes(data[: document["buffers"][0]["byteLength"]])
        return Written(path, (beside,))

    def read_back(self, path: Path) -> Triangles:
        """By trimesh, and turned Z up."""
        mesh = trimesh.load_scene(path, process=False).to_mesh()
        x, y, z = np.asarray(mesh.vertices, np.float64).T
        return np.column_stack([x, -z, y]), np.asarray(mesh.faces, np.int64)
