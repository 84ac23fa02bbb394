"""Colours of a scanned object: its own where the scan has them, otherwise a mottled glaze."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import zoom

Plane = NDArray[np.float32]

MAX_TEXTURE_PX = 1024
CONTRAST = 0.2
"""Standard deviation of the glaze's brightness, of its mean."""
_CELLS = ((8, 0.30), (20, 0.35), (48, 0.40), (112, 0.45))
"""Blotches along the object's diagonal, and their share of the contrast."""
_SIDE = 224
_COMMON, _COLOURED = 0.9, 0.3
_GAMMA = 2.2
_DARKEST = 0.02


@dataclass(frozen=True)
class Coat:
    """Linear colours at points of a mesh's surface. `texture` (h, w, 3) 0..1 is used if there is one.

    A scan without a picture of its own is painted: most of the scans come without theirs, and real things of one flat
    colour are not what stereo is about. `base`: mean colour (3,) then; `radius`: half the object's diagonal.
    """

    base: tuple[float, float, float]
    radius: float
    texture: Plane | None = None

    @classmethod
    def of(cls, mesh: trimesh.Trimesh, base: tuple[float, float, float]) -> Coat:
        image = getattr(getattr(mesh.visual, "material", None), "image", None)
        radius = float(np.linalg.norm(mesh.extents)) / 2
        if image is None or min(image.size) <= 8:  # a placeholder of 2 x 2
            return cls(base, radius)
        image = image.convert("RGB")
        image.thumbnail((MAX_TEXTURE_PX, MAX_TEXTURE_PX), Image.Resampling.LANCZOS)
        return cls(base, radius, (np.asarray(image, np.float32) / np.float32(255)) ** np.float32(_GAMMA))

    def colours(self, points: Plane, uv: Plane | None) -> Plane:
        """(n, 3) at points (n, 3) [m], whose texture coordinates are (n, 2)."""
        if self.texture is None or uv is None:
            index = ((points / (2 * self.radius) + 0.5) * (_SIDE - 1)).astype(np.intp) % _SIDE
            mottle = _mottle()[index[:, 0], index[:, 1], index[:, 2]]
            shade = np.clip(np.asarray(self.base) * (1 + CONTRAST * mottle), _DARKEST, 1)
            return shade.astype(np.float32)
        height, width = self.texture.shape[:2]
        rows = ((1 - uv[:, 1] % 1) * (height - 1)).astype(np.intp)
        columns = (uv[:, 0] % 1 * (width - 1)).astype(np.intp)
        return np.clip(self.texture[rows, columns], _DARKEST, 1)


@cache
def _mottle() -> Plane:
    """(side, side, side, 3) of mean 0 and standard deviation 1; the same for everybody."""
    rng = np.random.default_rng(0)
    total = np.zeros((_SIDE, _SIDE, _SIDE, 3), np.float32)
    for cells, share in _CELLS:
        lattice = _COMMON * rng.normal(0, 1, (cells, cells, cells, 1)) + _COLOURED * rng.normal(
            0, 1, (cells, cells, cells, 3)
        )
        for channel in range(3):
            fine = zoom(
                lattice[..., channel].astype(np.float32), _SIDE / cells, order=1, mode="grid-wrap", grid_mode=True
            )
            total[..., channel] += np.asarray(share * np.asarray(fine), np.float32)
    return np.clip(total / total.std(), -3, 3)
