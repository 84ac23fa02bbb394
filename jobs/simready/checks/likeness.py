"""How like the object the mesh is that is seen."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.contracts.check import CheckResult
from jobs.simready.appearance.visual import Visual


def check_likeness(link: str, visual: Visual) -> Iterator[CheckResult]:
    """Distance from the object's surface as part of the diagonal: of the full mesh, and of each coarser level."""
    yield CheckResult(
        name="visual_distance", subject=link, value=visual.distance, detail=f"{len(visual.mesh.faces)} faces"
    )
    for level, coarser in enumerate(visual.levels, start=1):
        yield CheckResult(
            name="visual_level_distance",
            subject=f"{link} level {level}",
            value=coarser.distance,
            detail=f"{len(coarser.mesh.faces)} faces",
        )
