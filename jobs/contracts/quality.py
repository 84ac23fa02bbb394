"""What is known about how good a reconstructed mesh is, and the grade that follows from it."""

from __future__ import annotations

from typing import Literal

from jobs.contracts.document import Document, Name
from jobs.contracts.reconstruction import ScaleSource

Grade = Literal["A", "B", "C", "D"]
GRADE_VALUES: dict[Grade, int] = {"A": 4, "B": 3, "C": 2, "D": 1}
"""What the check `grade` measures."""


class MeshFigures(Document):
    """`holes`: rings of open edges. `genus`: handles; absent where the surface is not manifold.

    `self_intersections`: faces that another one runs through; absent where there were too many faces to look.
    `plates`: thin plates found by their shape. `small_pieces`: less than a fiftieth of the largest one's area.
    """

    closed: bool
    manifold: bool
    pieces: int
    small_pieces: int
    open_edges: int
    holes: int
    genus: int | None
    self_intersections: int | None
    plates: int
    faces: int
    vertices: int
    extents_m: tuple[float, float, float]
    volume_m3: float


class PhotoFigures(Document):
    """One photo against the mesh; what could not be measured is absent.

    `photometric_error`: mean difference of brightness, of full brightness, after exposure and light are taken out; of
    places that no triangulated point confirms.
    `sharpness`: relative to the median of the set. `overexposed`, `underexposed`: shares of the object's pixels.
    """

    name: str
    is_cut: bool
    silhouette_iou: float | None = None
    photometric_error: float | None = None
    sharpness: float | None = None
    overexposed: float | None = None
    underexposed: float | None = None
    duplicate_of: str | None = None


class SurfaceFigures(Document):
    """Shares of the surface: shown by at least one and by at least three photos; where photos disagree on its looks and
    no triangulated point confirms it.

    `points_off`: share of the points triangulated for the cameras' poses that do not lie on it; absent where there were
    none.
    """

    seen_once: float
    seen_thrice: float
    contradicted: float | None
    points_off: float | None = None


class Reason(Document):
    """Why it is no better: a figure, and the bound of the next better grade that it missed."""

    grade: Grade
    figure: str
    value: float
    bound: float
    text: str


class QualityReport(Document):
    """`quality.json`, beside `mesh.glb`. The grade is the worst of its reasons; A has none.

    `residual_px`: of the cameras' poses, where they were estimated. `advice`: photos that would help.
    """

    schema_version: Literal[1]
    name: Name
    provider: Name
    grade: Grade
    reasons: tuple[Reason, ...]
    scale_source: ScaleSource
    mesh: MeshFigures
    surface: SurfaceFigures | None = None
    photos: tuple[PhotoFigures, ...] = ()
    residual_px: float | None = None
    advice: tuple[str, ...] = ()
