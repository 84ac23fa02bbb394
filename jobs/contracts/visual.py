"""How fine the mesh that is seen has to be."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jobs.contracts.document import Document

Share = Annotated[float, Field(gt=0, lt=1)]


class VisualSettings(Document):
    """At most `max_faces`, unless the surface would then lie further than `max_distance` (part of the diagonal) from
    that of the object: a good likeness goes before few faces.

    `levels`: parts of those faces that coarser levels of detail have, within `max_level_distance`. One that would not
    be coarser than the one before is left out.
    """

    max_faces: Annotated[int, Field(ge=100)] = 12_000
    max_distance: Annotated[float, Field(gt=0, le=1)] = 0.005
    levels: tuple[Share, ...] = (1 / 4, 1 / 16)
    max_level_distance: Annotated[float, Field(gt=0, le=1)] = 0.03
