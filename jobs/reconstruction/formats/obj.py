"""OBJ with its MTL: text; with a picture, else with vertex colours behind the coordinates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh

from jobs.geometry.glb_file import vertex_colours
from jobs.reconstruction.formats.textured import TexturedSurface
from jobs.reconstruction.formats.writer import Original, Triangles, Written

_MATERIAL = "newmtl object\nKa 0 0 0\nKd 1 1 1\nKs 0 0 0\nd 1\nillum 1\n"


@dataclass(frozen=True)
class Obj:
    """See `MeshWriter`. Nine digits are enough to give back every float32."""

    precision: float = 2**-23

    def require_available(self) -> None:
        """Always."""

    def write(self, original: Original, folder: Path) -> Written:
        """Colours are sRGB from 0 to 1, as most programs write and read them. The picture's seams repeat no vertex."""
        path, beside = folder / "mesh.obj", folder / "mesh.mtl"
        head = ["# metres, Z up", f"mtllib {beside.name}", "o object", "usemtl object"]
        if original.textured_glb is not None:
            surface, picture = TexturedSurface.read(original.textured_glb), folder / "mesh.jpg"
            path.write_text("\n".join([*head, *_textured_lines(surface)]) + "\n")
            beside.write_text(f"{_MATERIAL}map_Kd {picture.name}\n")
            picture.write_bytes(surface.jpeg)
            return Written(path, (beside, picture))
        rows = np.asarray(original.mesh.vertices, np.float64)
        colours = vertex_colours(original.mesh)
        layout = "v {:.9g} {:.9g} {:.9g}"
        if colours is not None:
            rows, layout = np.column_stack([rows, colours[:, :3] / 255.0]), layout + " {:.5f} {:.5f} {:.5f}"
        lines = [*head, *(layout.format(*row) for row in rows.tolist())]
        lines += [f"f {a} {b} {c}" for a, b, c in (np.asarray(original.mesh.faces) + 1).tolist()]
        path.write_text("\n".join(lines) + "\n")
        beside.write_text(_MATERIAL)
        return Written(path, (beside,))

    def read_back(self, path: Path) -> Triangles:
        """By trimesh."""
        mesh = trimesh.load_mesh(path, process=False, maintain_order=True)
        return np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64)


def _textured_lines(surface: TexturedSurface) -> Iterator[str]:
    vertices, index = np.unique(surface.vertices, axis=0, return_inverse=True)
    yield from ("v {:.9g} {:.9g} {:.9g}".format(*row) for row in vertices.tolist())
    yield from ("vt {:.7g} {:.7g}".format(*row) for row in surface.uv.tolist())
    corners = np.stack([index.reshape(-1)[surface.faces], surface.faces], axis=-1) + 1
    yield from ("f {}/{} {}/{} {}/{}".format(*row) for row in corners.reshape(-1, 6).tolist())
