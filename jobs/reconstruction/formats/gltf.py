"""GLTF: the document and the data of the GLB as two files, and the picture as a third."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh

from jobs.geometry.glb_header import read_glb_chunks
from jobs.reconstruction.formats.textured import TexturedSurface
from jobs.reconstruction.formats.writer import Original, Triangles, Written

_DATA, _PICTURE = "mesh.bin", "mesh.jpg"


@dataclass(frozen=True)
class Gltf:
    """See `MeshWriter`."""

    precision: float = 2**-23

    def require_available(self) -> None:
        """Always."""

    def write(self, original: Original, folder: Path) -> Written:
        """The textured surface, if there is one."""
        document, data = read_glb_chunks(original.textured_glb or original.glb)
        path, beside, picture = folder / "mesh.gltf", folder / _DATA, folder / _PICTURE
        size, companions = document["buffers"][0]["byteLength"], (beside,)
        if original.textured_glb is not None:
            size = document["bufferViews"].pop(document["images"][0]["bufferView"])["byteOffset"]
            document["images"] = [{"uri": _PICTURE}]
            picture.write_bytes(TexturedSurface.read(original.textured_glb).jpeg)
            companions = (beside, picture)
        document["buffers"] = [{"uri": _DATA, "byteLength": size}]
        path.write_text(json.dumps(document, sort_keys=True, indent=1))
        beside.write_bytes(data[:size])
        return Written(path, companions)

    def read_back(self, path: Path) -> Triangles:
        """By trimesh, and turned Z up."""
        mesh = trimesh.load_scene(path, process=False).to_mesh()
        x, y, z = np.asarray(mesh.vertices, np.float64).T
        return np.column_stack([x, -z, y]), np.asarray(mesh.faces, np.int64)
