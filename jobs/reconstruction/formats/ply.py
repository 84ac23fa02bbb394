"""PLY: binary, little endian, colours as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh

from jobs.geometry.glb_file import vertex_colours
from jobs.reconstruction.formats.writer import Original, Triangles, Written

_CHANNELS = ("red", "green", "blue", "alpha")


@dataclass(frozen=True)
class Ply:
    """See `MeshWriter`."""

    precision: float = 2**-23

    def require_available(self) -> None:
        """Always."""

    def write(self, original: Original, folder: Path) -> Written:
        """Colours are sRGB."""
        vertices, faces = np.asarray(original.mesh.vertices), np.asarray(original.mesh.faces)
        colours = vertex_colours(original.mesh)
        channels = () if colours is None else _CHANNELS
        layout = np.dtype([*((axis, "<f4") for axis in "xyz"), *((channel, "u1") for channel in channels)])
        points = np.zeros(len(vertices), layout)
        for column, axis in enumerate("xyz"):
            points[axis] = vertices[:, column]
        for column, channel in enumerate(channels):
            points[channel] = colours[:, column] if colours is not None else 255
        polygons = np.zeros(len(faces), np.dtype([("size", "u1"), ("corners", "<i4", 3)]))
        polygons["size"], polygons["corners"] = 3, faces
        path = folder / "mesh.ply"
        path.write_bytes(_header(layout, len(vertices), len(faces)) + points.tobytes() + polygons.tobytes())
        return Written(path)

    def read_back(self, path: Path) -> Triangles:
        """By trimesh."""
        mesh = trimesh.load_mesh(path, process=False)
        return np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64)


def _header(layout: np.dtype, vertices: int, faces: int) -> bytes:
    kinds = {"x": "float", "y": "float", "z": "float"}
    properties = [f"property {kinds.get(name, 'uchar')} {name}" for name in layout.names or ()]
    lines = [
        "ply",
        "format binary_little_endian 1.0",
        "comment metres, Z up",
        f"element vertex {vertices}",
        *properties,
    ]
    lines += [f"element face {faces}", "property list uchar int vertex_indices", "end_header", ""]
    return "\n".join(lines).encode("ascii")
