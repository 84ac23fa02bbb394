"""What a mesh file holds, as it says it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Content:
    """All parts of a file as one mesh, placed.

    `vertices` (n, 3) in the file's units and axes; `faces` (m, 3), outward by the right-hand rule; `colours` (n, 4)
    sRGB and alpha, or None; `metres_per_unit`: where the file states it. `points` (k, 3), `point_colours` (k, 4): the
    same between the vertices, where a picture is on the surface.
    `names` of the file's own objects, as it says them, and which of them each face (m,) is of; none where it has none.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    colours: NDArray[np.uint8] | None
    metres_per_unit: float | None
    y_up: bool
    warnings: tuple[str, ...] = ()
    points: NDArray[np.float64] | None = None
    point_colours: NDArray[np.uint8] | None = None
    names: tuple[str, ...] = ()
    object_of_face: NDArray[np.int64] | None = None

    def save(self, path: Path) -> None:
        """Write it for another process of ours to read."""
        np.savez(
            path,
            vertices=self.vertices,
            faces=self.faces,
            colours=np.zeros((0, 4), np.uint8) if self.colours is None else self.colours,
            metres_per_unit=np.nan if self.metres_per_unit is None else self.metres_per_unit,
            y_up=self.y_up,
            warnings=np.array(self.warnings, np.str_),
            points=np.zeros((0, 3)) if self.points is None else self.points,
            point_colours=np.zeros((0, 4), np.uint8) if self.point_colours is None else self.point_colours,
            names=np.array(self.names, np.str_),
            object_of_face=np.zeros(0, np.int64) if self.object_of_face is None else self.object_of_face,
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        """What `save` wrote."""
        with np.load(path, allow_pickle=False) as data:
            metres = float(data["metres_per_unit"])
            return cls(
                data["vertices"],
                data["faces"],
                data["colours"] if len(data["colours"]) else None,
                None if np.isnan(metres) else metres,
                bool(data["y_up"]),
                tuple(str(warning) for warning in data["warnings"]),
                data["points"] if len(data["points"]) else None,
                data["point_colours"] if len(data["point_colours"]) else None,
                names=tuple(str(name) for name in data["names"]),
                object_of_face=data["object_of_face"] if len(data["object_of_face"]) else None,
            )


def fill_white(colours: list[NDArray[np.uint8] | None], counts: list[int]) -> NDArray[np.uint8] | None:
    """Colours of all parts; those without are white beside others that have one."""
    if all(colour is None for colour in colours):
        return None
    white = (np.full((count, 4), 255, np.uint8) for count in counts)
    return np.concatenate([blank if colour is None else colour for colour, blank in zip(colours, white, strict=True)])
