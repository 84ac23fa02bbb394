"""How broken meshes may be mended, and what was done to one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from jobs.contracts.document import Document


class RepairSettings(Document):
    """Lengths are parts of the mesh's diagonal.

    Borders closer than `max_crack_width` are joined. Holes of at most `max_hole_edges`, and no wider than
    `max_hole_width`, get a lid. Surfaces that are still open (a label, a loose sheet) are left out if that is at most
    `max_left_out` of the area, and so are closed ones that touch nothing and are smaller than `max_crumb_size` (part of
    the largest one's diagonal). What then still is open or passes through itself is rebuilt on a grid of
    `rebuild_cells` along its longest side, if the new surface lies within `max_rebuild_distance` of the old one; else
    it is refused. If what was rebuilt encloses the same volume but for `max_folded_volume`, the finer surface stays as
    it is. At last faces lower than `min_face_height` are collapsed.
    """

    max_crack_width: Annotated[float, Field(ge=0, le=0.1)] = 1e-3
    max_hole_edges: Annotated[int, Field(ge=0, le=1024)] = 256
    max_hole_width: Annotated[float, Field(ge=0, le=1)] = 0.25
    max_left_out: Annotated[float, Field(ge=0, le=1)] = 0.02
    max_crumb_size: Annotated[float, Field(ge=0, le=0.1)] = 0.01
    min_face_height: Annotated[float, Field(ge=0, le=1e-3)] = 1e-6
    rebuild_cells: Annotated[int, Field(ge=16, le=512)] = 96
    max_rebuild_distance: Annotated[float, Field(ge=0, le=1)] = 0.02
    max_folded_volume: Annotated[float, Field(ge=0, le=1)] = 0.01


class SurfaceDistance(Document):
    """How far points spread over one surface lie from another [m]."""

    mean_m: Annotated[float, Field(ge=0)]
    max_m: Annotated[float, Field(ge=0)]


class MeshRepair(Document):
    """One mesh, before and after.

    `volume_before_m3`: only where the mesh was closed before. `added`: of the new surface from the old one. `lost`: of
    the old surface, where it lies outside of the new solid, from that. What one solid hides within another is neither,
    nor are crumbs.
    """

    changes: tuple[str, ...]
    faces_before: Annotated[int, Field(ge=1)]
    faces_after: Annotated[int, Field(ge=1)]
    volume_before_m3: float | None
    volume_after_m3: Annotated[float, Field(gt=0)]
    diagonal_m: Annotated[float, Field(gt=0)]
    added: SurfaceDistance
    lost: SurfaceDistance

    @property
    def distance(self) -> float:
        """The furthest that the surface moved, either way, as part of the diagonal."""
        return max(self.added.max_m, self.lost.max_m) / self.diagonal_m

    @property
    def volume_change(self) -> float | None:
        """Of the volume before, where there was one."""
        if not self.volume_before_m3:
            return None
        return abs(self.volume_after_m3 / self.volume_before_m3 - 1)


class RepairReport(Document):
    """`repair.json`: what became of each link's mesh."""

    schema_version: Literal[1]
    links: dict[str, MeshRepair]
