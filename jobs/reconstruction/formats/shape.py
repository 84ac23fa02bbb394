"""Whether two meshes are the same shape: bounds, area, volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.reconstruction.formats.errors import FormatMismatch
from jobs.reconstruction.formats.writer import Triangles


@dataclass(frozen=True)
class Shape:
    """Measured about a given point, so that an open surface has a number too."""

    bounds: np.ndarray
    area_m2: float
    volume_m3: float
    edges_m: float
    faces: int

    @classmethod
    def of(cls, triangles: Triangles, about: np.ndarray) -> Shape:
        """Measure vertices (n, 3) [m] and faces (m, 3); vertices without a face do not count."""
        corners = triangles[0][triangles[1]] - about
        if not len(corners):
            return cls(np.zeros((2, 3)), 0.0, 0.0, 0.0, 0)
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        points = corners.reshape(-1, 3) + about
        return cls(
            bounds=np.array([points.min(axis=0), points.max(axis=0)]),
            area_m2=float(np.linalg.norm(normals, axis=1).sum() / 2),
            volume_m3=float(np.einsum("ij,ij->", corners[:, 0], normals) / 6),
            edges_m=float(np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).sum()),
            faces=len(corners),
        )


def compare(name: str, original: Triangles, found: Triangles, precision: float, moved_m: float) -> float:
    """How far every vertex would have to be moved to explain the differences in bounds, area and volume [m].

    A vertex that moves by d moves the bounds by d at most, the area by half the edges around it times d, the volume by
    the area around it times d.

    Args:
        precision: Of a coordinate, relative to the largest one.
        moved_m: By how much the surface was moved on purpose; the number of faces may then be another one.

    Raises:
        FormatMismatch: By more than the precision and `moved_m`; or faces are missing.
    """
    about = original[0].mean(axis=0)
    expected, seen = Shape.of(original, about), Shape.of(found, about)
    if seen.faces != expected.faces and not moved_m:
        raise FormatMismatch(name, f"{seen.faces:,} faces instead of {expected.faces:,}")
    deviations_m = {
        "bounds": float(np.abs(seen.bounds - expected.bounds).max()),
        "area": 2 * abs(seen.area_m2 - expected.area_m2) / expected.edges_m,
        "volume": abs(seen.volume_m3 - expected.volume_m3) / expected.area_m2,
    }
    allowed_m = moved_m + precision * float(np.abs(original[0]).max())
    worst = max(deviations_m, key=lambda what: deviations_m[what])
    if not deviations_m[worst] <= allowed_m:
        raise FormatMismatch(
            name,
            f"its {worst} differs as if vertices had moved by {deviations_m[worst]:.3g} m, allowed {allowed_m:.3g} m",
        )
    return deviations_m[worst]
