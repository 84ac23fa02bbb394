"""How the written files are inspected."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jobs.contracts.document import Document


class InspectionSettings(Document):
    """Tolerances of the static checks, which count violations in the written files.

    Parts of the diagonal: `thickness` of a collider at least, `alignment` between the bounds of what is seen and what
    collides, `center_of_mass` off that of the shape, `joint_gap` between a joint's frames from its two sides (and
    rad). Relative: `inertia` off that of the shape, `density` beyond the asset's interval. Parts of a volume:
    `convexity` missing from a collider's hull, `overlap` of two bodies (of the smaller one),
    `joined_overlap` of two that a joint connects: they never collide, and furniture is drawn with its drawers a little
    in its walls.
    """

    thickness: Annotated[float, Field(ge=0, le=1)] = 1e-4
    alignment: Annotated[float, Field(ge=0, le=1)] = 0.1
    center_of_mass: Annotated[float, Field(ge=0, le=1)] = 0.02
    joint_gap: Annotated[float, Field(ge=0, le=1)] = 1e-3
    inertia: Annotated[float, Field(ge=0, le=1)] = 0.05
    density: Annotated[float, Field(ge=0, le=1)] = 0.05
    convexity: Annotated[float, Field(ge=0, le=1)] = 0.01
    overlap: Annotated[float, Field(ge=0, le=1)] = 0.05
    joined_overlap: Annotated[float, Field(ge=0, le=1)] = 0.2
    max_friction: Annotated[float, Field(gt=0)] = 2.0
    max_contact_time_s: Annotated[float, Field(gt=0)] = 0.05
    max_damping_ratio: Annotated[float, Field(gt=0)] = 10.0
