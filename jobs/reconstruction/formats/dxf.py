"""DXF: a 3DFACE for every triangle, which every CAD program since 1990 reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jobs.geometry.glb_file import vertex_colours
from jobs.reconstruction.formats.errors import FormatUnavailable
from jobs.reconstruction.formats.writer import Original, Triangles, Written

_CORNERS = ((10, 20, 30), (11, 21, 31), (12, 22, 32))
"""Group codes of the coordinates of a 3DFACE. AutoCAD 2010 DXF Reference, "3DFACE"."""


@dataclass(frozen=True)
class Dxf:
    """See `MeshWriter`."""

    precision: float = 2**-23

    def require_available(self) -> None:
        """Raises: FormatUnavailable."""
        try:
            import ezdxf  # noqa: F401  # it is asked for, not used
        except ModuleNotFoundError as error:
            remedy = "Run `make setup EXTRAS=all`, or `pip install -e '.[reconstruction-dxf]' -c constraints.txt`."
            raise FormatUnavailable("dxf", "the package 'ezdxf' is not installed", remedy) from error

    def write(self, original: Original, folder: Path) -> Written:
        """In metres, said by the header; a face has the mean colour of its corners."""
        import ezdxf
        from ezdxf import units
        from ezdxf.filemanagement import new

        ezdxf.options.write_fixed_meta_data_for_testing = True  # pyright: ignore[reportPrivateImportUsage]  # documented
        document = new("R2010")
        document.units = units.M
        space = document.modelspace()
        corners = np.asarray(original.mesh.vertices, np.float64)[np.asarray(original.mesh.faces)]
        for triangle, colour in zip(corners.tolist(), _true_colours(original), strict=True):
            space.add_3dface(triangle, dxfattribs={} if colour is None else {"true_color": colour})
        path = folder / "mesh.dxf"
        document.saveas(path)
        return Written(path)

    def read_back(self, path: Path) -> Triangles:
        """By its group codes, two lines each, without the library that wrote it."""
        points = np.array(list(_corners(path)), np.float64).reshape(-1, 3)
        return points, np.arange(len(points)).reshape(-1, 3)


def _true_colours(original: Original) -> list[int] | list[None]:
    """0xRRGGBB of each face."""
    colours = vertex_colours(original.mesh)
    if colours is None:
        return [None] * len(original.mesh.faces)
    mean = np.rint(colours[:, :3].astype(np.float64)[np.asarray(original.mesh.faces)].mean(axis=1)).astype(np.int64)
    return (mean @ np.array([1 << 16, 1 << 8, 1])).tolist()


def _corners(path: Path) -> Iterator[list[float]]:
    entity: dict[int, str] | None = None
    with path.open(encoding="utf-8") as lines:
        for code, value in zip(lines, lines, strict=True):
            if int(code) != 0:
                if entity is not None:
                    entity[int(code)] = value
                continue
            if entity is not None:
                yield from ([float(entity[axis]) for axis in corner] for corner in _CORNERS)
            entity = {} if value.strip() == "3DFACE" else None
