"""Wavefront OBJ files: the mesh format that MuJoCo and URDF readers have in common."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def save_obj(
    path: Path,
    vertices_m: NDArray[np.float64],
    faces: NDArray[np.int64],
    uv: NDArray[np.float64] | None = None,
    material: tuple[str, str] | None = None,
) -> None:
    """Write a triangle mesh.

    Args:
        path: Where to.
        vertices_m: (n, 3) [m]
        faces: (m, 3) indices of vertices.
        uv: (m, 3, 2) texture coordinates of the faces' corners, origin at the picture's lower left.
        material: Name of the material library beside the file, and of the material in it.
    """
    lines = [] if material is None else [f"mtllib {material[0]}", f"usemtl {material[1]}"]
    lines += [f"v {x:.9g} {y:.9g} {z:.9g}" for x, y, z in vertices_m.tolist()]
    if uv is None:
        lines += [f"f {a} {b} {c}" for a, b, c in (faces + 1).tolist()]
    else:
        lines += [f"vt {u:.6f} {v:.6f}" for u, v in uv.reshape(-1, 2).tolist()]
        lines += [
            f"f {a}/{3 * row + 1} {b}/{3 * row + 2} {c}/{3 * row + 3}"
            for row, (a, b, c) in enumerate((faces + 1).tolist())
        ]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def save_mtl(path: Path, material: str, texture: str) -> None:
    """Write a material library of one textured material."""
    path.write_text(f"newmtl {material}\nKd 1 1 1\nmap_Kd {texture}\n", encoding="ascii")
