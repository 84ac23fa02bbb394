"""What a model says of a picture."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from jobs.contracts.document import Document, Name
from jobs.contracts.simready import JointKind
from jobs.simready.physics.categories import load_categories
from jobs.simready.physics.materials import UNSPECIFIED, load_materials

UNKNOWN = "unknown"


class SeenPart(Document):
    """A part that seems to move, and how."""

    part: Annotated[str, Field(max_length=60)]
    kind: JointKind


class Sight(Document):
    """`material` and `category` are names of the tables, or 'unknown'."""

    material: Name
    category: Name
    confidence: Annotated[float, Field(ge=0, le=1)]
    moving_parts: Annotated[tuple[SeenPart, ...], Field(max_length=20)]


def answer_schema() -> dict[str, Any]:
    """The JSON schema that an answer must follow, with the names that may be said."""
    materials = [*sorted(set(load_materials()) - {UNSPECIFIED}), UNKNOWN]
    part = {
        "type": "object",
        "properties": {"part": {"type": "string"}, "kind": {"type": "string", "enum": ["revolute", "prismatic"]}},
        "required": ["part", "kind"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "material": {"type": "string", "enum": materials},
            "category": {"type": "string", "enum": [*sorted(load_categories()), UNKNOWN]},
            "confidence": {"type": "number"},
            "moving_parts": {"type": "array", "items": part},
        },
        "required": ["material", "category", "confidence", "moving_parts"],
        "additionalProperties": False,
    }
