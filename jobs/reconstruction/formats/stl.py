"""STL: binary, without colours."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh

from jobs.reconstruction.formats.writer import Original, Triangles, Written

_TITLE = b"metres, Z up".ljust(80)


@dataclass(frozen=True)
class Stl:
    """See `MeshWriter`."""

    precision: float = 2**-23

    def require_available(self) -> None:
        """Always."""

    def write(self, original: Original, folder: Path) -> Written:
        """In metres like the original, though many programs take an STL's units to be millimetres."""
        corners = np.asarray(original.mesh.vertices, np.float64)[np.asarray(original.mesh.faces)]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        facets = np.zeros(len(corners), np.dtype([("vectors", "<f4", (4, 3)), ("attribute", "<u2")]))
        facets["vectors"][:, 0] = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
        facets["vectors"][:, 1:] = corners
        path = folder / "mesh.stl"
        path.write_bytes(_TITLE + struct.pack("<I", len(facets)) + facets.tobytes())
        return Written(path)

    def read_back(self, path: Path) -> Triangles:
        """By trimesh."""
        mesh = trimesh.load_mesh(path, process=False)
        return np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64)
