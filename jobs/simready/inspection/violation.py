"""One place in one file where a rule is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Rule = Literal[
    "static_files",
    "static_references",
    "static_units",
    "static_structure",
    "static_names",
    "static_transforms",
    "static_mass",
    "static_density",
    "static_center_of_mass",
    "static_inertia",
    "static_inertia_of_shape",
    "static_friction",
    "static_restitution",
    "static_contact",
    "static_meshes",
    "static_colliders",
    "static_hulls",
    "static_alignment",
    "static_overlap",
    "static_base",
    "static_joints",
]
"""Names of the checks that come of them; what each asks is said where it is asked."""


@dataclass(frozen=True, order=True)
class Violation:
    """`where`: which file, and what in it. `what`: what was seen, and what was expected."""

    rule: Rule
    where: str
    what: str
