"""The surface with a picture on it, as `textured.glb` holds it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from jobs.geometry.glb_header import read_glb_chunks


@dataclass(frozen=True)
class TexturedSurface:
    """`vertices` (n, 3) [m, Z up], repeated where the picture has a seam; `faces` (m, 3); `uv` (n, 2), 0 to 1, v up.

    `jpeg`: the picture, sRGB.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int64]
    uv: NDArray[np.float64]
    jpeg: bytes

    @classmethod
    def read(cls, path: Path) -> Self:
        """What `save_textured_glb` wrote."""
        document, data = read_glb_chunks(path)
        [primitive] = document["meshes"][0]["primitives"]
        views = document["bufferViews"]

        def stored(view: int) -> bytes:
            start = views[view].get("byteOffset", 0)
            return data[start : start + views[view]["byteLength"]]

        def array(accessor: int, kind: str, columns: int) -> NDArray[Any]:
            return np.frombuffer(stored(document["accessors"][accessor]["bufferView"]), kind).reshape(-1, columns)

        uv = array(primitive["attributes"]["TEXCOORD_0"], "<f4", 2).astype(np.float64)
        return cls(
            array(primitive["attributes"]["POSITION"], "<f4", 3),
            array(primitive["indices"], "<u4", 3).astype(np.int64),
            np.column_stack([uv[:, 0], 1 - uv[:, 1]]),
            stored(document["images"][0]["bufferView"]),
        )
